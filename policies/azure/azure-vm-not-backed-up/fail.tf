resource "azurerm_linux_virtual_machine" "lost" { # expect: azure-vm-not-backed-up
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
