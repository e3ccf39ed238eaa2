resource "azurerm_app_configuration" "absent" { # expect: azure-app-configuration-public
  name                = "settings"
  resource_group_name = "phi"
  location            = "eastus2"
}
