resource "azurerm_virtual_machine" "old" {
  name = "portal"
  os_profile_linux_config {
    disable_password_authentication = false # expect: azure-vm-password-login-legacy
  }
}

resource "azurerm_virtual_machine_scale_set" "passwords" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  os_profile_linux_config {
    disable_password_authentication = false # expect: azure-vm-password-login-legacy
  }
}
