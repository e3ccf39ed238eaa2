resource "azurerm_windows_virtual_machine" "silent" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  size                = "Standard_D4s_v5"
}

resource "azurerm_windows_virtual_machine" "assigned" {
  name                      = "imaging"
  resource_group_name       = "phi"
  location                  = "eastus2"
  size                      = "Standard_D4s_v5"
  automatic_updates_enabled = false
  patch_mode                = "Manual"
}

resource "azurerm_maintenance_assignment_virtual_machine" "assigned" {
  location                     = "eastus2"
  maintenance_configuration_id = "configuration"
  virtual_machine_id           = azurerm_windows_virtual_machine.assigned.id
}
