resource "azurerm_api_management" "phi" {
  name                = "portal"
  location            = "eastus2"
  resource_group_name = "phi"
}

resource "azurerm_api_management_api" "https" {
  name                = "portal"
  resource_group_name = "phi"
  api_management_name = "portal"
  protocols           = ["https"]
}
