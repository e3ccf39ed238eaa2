variable "updates" {
  type = bool
}

resource "azurerm_windows_virtual_machine" "variable" {
  name                      = "imaging"
  resource_group_name       = "phi"
  location                  = "eastus2"
  size                      = "Standard_D4s_v5"
  automatic_updates_enabled = var.updates # expect: azure-vm-updates-off
}
