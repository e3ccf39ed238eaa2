# Open unless closed.
resource "azurerm_healthcare_service" "fhir" { # expect: azure-health-service-public
  name                = "acme-fhir"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_healthcare_dicom_service" "imaging" { # expect: azure-health-service-public
  name         = "imaging"
  workspace_id = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.HealthcareApis/workspaces/acme"
  location     = "eastus2"
}
