# What is not written holds.
resource "azurerm_linux_virtual_machine" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_linux_virtual_machine_scale_set" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
