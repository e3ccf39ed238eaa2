resource "azurerm_subnet" "open" { # expect: azure-subnet-without-nsg
  name                 = "apps"
  resource_group_name  = "phi"
  virtual_network_name = "phi"
  address_prefixes     = ["10.0.1.0/24"]
}
