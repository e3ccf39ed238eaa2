resource "azurerm_subnet" "phi" {
  name                 = "apps"
  resource_group_name  = "phi"
  virtual_network_name = "phi"
  address_prefixes     = ["10.0.1.0/24"]
}

resource "azurerm_subnet_network_security_group_association" "phi" {
  subnet_id                 = azurerm_subnet.phi.id
  network_security_group_id = "group"
}

resource "azurerm_subnet" "gateway" {
  name                 = "GatewaySubnet"
  resource_group_name  = "phi"
  virtual_network_name = "phi"
  address_prefixes     = ["10.0.0.0/27"]
}
