variable "source_range" {
  type = string
}

resource "azurerm_network_security_rule" "rdp" {
  name                        = "rdp"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = var.source_range # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

# Whatever the source is, this port may be open.
resource "azurerm_network_security_rule" "https" {
  name                        = "https"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = var.source_range
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}
