variable "public" {
  type = bool
}

resource "azurerm_healthcare_service" "fhir" {
  name                          = "acme-fhir"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = var.public # expect: azure-health-service-public
}
