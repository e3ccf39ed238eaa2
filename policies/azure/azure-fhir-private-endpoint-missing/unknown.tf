variable "target" {
  type = string
}

resource "azurerm_healthcare_workspace" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_healthcare_fhir_service" "ehr" { # expect: azure-fhir-private-endpoint-missing
  name                = "ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  workspace_id        = azurerm_healthcare_workspace.phi.id
  kind                = "fhir-R4"

  authentication {
    authority = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000"
    audience  = "https://acmephi-ehr.fhir.azurehealthcareapis.com"
  }
}

# May lead to the workspace.
resource "azurerm_private_endpoint" "some" {
  name                = "some"
  resource_group_name = "phi"
  location            = "eastus2"
  subnet_id           = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Network/virtualNetworks/phi/subnets/private"

  private_service_connection {
    name                           = "some"
    private_connection_resource_id = var.target
    is_manual_connection           = false
  }
}
