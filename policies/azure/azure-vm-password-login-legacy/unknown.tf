variable "off" {
  type = bool
}

resource "azurerm_virtual_machine" "variable" {
  name = "portal"
  os_profile_linux_config {
    disable_password_authentication = var.off # expect: azure-vm-password-login-legacy
  }
}
