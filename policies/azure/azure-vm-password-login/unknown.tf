variable "value" {
  type = bool
}

resource "azurerm_linux_virtual_machine" "variable" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = var.value # expect: azure-vm-password-login
}

resource "azurerm_linux_virtual_machine_scale_set" "variable" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = var.value # expect: azure-vm-password-login
}
