variable "subnet" {
  type = string
}

resource "azurerm_subnet" "perhaps" { # expect: azure-subnet-without-nsg
  name                 = "apps"
  resource_group_name  = "phi"
  virtual_network_name = "phi"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "variable" {
  subnet_id                 = var.subnet
  network_security_group_id = "group"
}
