resource "azurerm_linux_virtual_machine" "off" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = false # expect: azure-vm-password-login
}

resource "azurerm_linux_virtual_machine" "text" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = "false" # expect: azure-vm-password-login
}

resource "azurerm_linux_virtual_machine_scale_set" "off" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = false # expect: azure-vm-password-login
}

resource "azurerm_linux_virtual_machine_scale_set" "text" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = "false" # expect: azure-vm-password-login
}
