variable "script" {
  type = string
}

resource "azurerm_linux_virtual_machine" "variable" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  size                = "Standard_D4s_v5"
  custom_data         = var.script # expect: azure-startup-script-credential
}
