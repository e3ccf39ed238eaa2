resource "azurerm_healthcare_fhir_service" "ehr" {
  name                = "ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  workspace_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.HealthcareApis/workspaces/acme"
  kind                = "fhir-R4"

  authentication {
    authority = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000"
    audience  = "https://acmephi-ehr.fhir.azurehealthcareapis.com"
  }

  cors {
    allowed_origins = ["https://portal.example.org"]
    allowed_headers = ["authorization"]
    allowed_methods = ["GET"]
  }
}
