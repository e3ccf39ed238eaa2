resource "azurerm_virtual_machine" "phi" {
  name = "portal"
  os_profile_linux_config {
    disable_password_authentication = true
  }
}
