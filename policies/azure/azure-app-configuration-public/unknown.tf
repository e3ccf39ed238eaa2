variable "access" {
  type = string
}

resource "azurerm_app_configuration" "variable" {
  name                  = "settings"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = var.access # expect: azure-app-configuration-public
}
