resource "azurerm_static_web_app" "portal" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
}
