resource "azurerm_api_management" "old" {
  name                = "portal"
  location            = "eastus2"
  resource_group_name = "phi"
  security {
    frontend_tls10_enabled = true # expect: azure-api-management-tls-outdated
  }
}

resource "azurerm_api_management_api" "http" {
  name                = "portal"
  resource_group_name = "phi"
  api_management_name = "portal"
  protocols           = ["http", "https"] # expect: azure-api-management-tls-outdated
}
