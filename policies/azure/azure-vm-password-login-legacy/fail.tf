resource "azurerm_virtual_machine" "old" {
  name = "portal"
  os_profile_linux_config {
    disable_password_authentication = false # expect: azure-vm-password-login-legacy
  }
}
