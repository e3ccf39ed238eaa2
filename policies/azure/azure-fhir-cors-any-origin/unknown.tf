variable "origin" {
  type = string
}

resource "azurerm_healthcare_service" "fhir" {
  name                          = "acme-fhir"
  resource_group_name           = "phi"
  location                      = "eastus2"
  public_network_access_enabled = false

  cors_configuration {
    allowed_origins = [var.origin] # expect: azure-fhir-cors-any-origin
  }
}
