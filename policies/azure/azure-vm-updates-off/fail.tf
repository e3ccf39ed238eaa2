resource "azurerm_windows_virtual_machine" "azurerm_4" {
  name                      = "imaging"
  resource_group_name       = "phi"
  location                  = "eastus2"
  size                      = "Standard_D4s_v5"
  automatic_updates_enabled = false # expect: azure-vm-updates-off
}

resource "azurerm_windows_virtual_machine_scale_set" "azurerm_3" {
  name                     = "portal"
  resource_group_name      = "phi"
  location                 = "eastus2"
  sku                      = "Standard_D4s_v5"
  instances                = 2
  enable_automatic_updates = false # expect: azure-vm-updates-off
}
