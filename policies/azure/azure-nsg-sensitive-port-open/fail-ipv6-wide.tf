resource "azurerm_network_security_rule" "ssh" {
  name                        = "ssh"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "22"
  source_address_prefix       = "2600::/12" # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "phi"
}
