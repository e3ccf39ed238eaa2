resource "azurerm_app_configuration" "phi" {
  name                  = "settings"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Disabled"
}
