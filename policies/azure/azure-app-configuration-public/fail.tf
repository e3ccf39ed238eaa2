resource "azurerm_app_configuration" "open" {
  name                  = "settings"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Enabled" # expect: azure-app-configuration-public
}
