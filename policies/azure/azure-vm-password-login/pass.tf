variable "value" {
  default = true
}

resource "azurerm_linux_virtual_machine" "phi" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = true
}

resource "azurerm_linux_virtual_machine_scale_set" "phi" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = true
}

resource "azurerm_linux_virtual_machine" "from_variable" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  disable_password_authentication = var.value
}
