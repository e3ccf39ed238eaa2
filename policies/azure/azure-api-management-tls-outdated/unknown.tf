variable "old" {
  type = bool
}

resource "azurerm_api_management" "variable" {
  name                = "portal"
  location            = "eastus2"
  resource_group_name = "phi"
  security {
    frontend_tls10_enabled = var.old # expect: azure-api-management-tls-outdated
  }
}
