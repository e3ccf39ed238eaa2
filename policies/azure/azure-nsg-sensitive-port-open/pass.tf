resource "azurerm_network_security_rule" "rdp" {
  name                        = "rdp"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "10.20.0.0/16"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

# The web is for everyone.
resource "azurerm_network_security_rule" "https" {
  name                        = "https"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "443"
  source_address_prefix       = "Internet"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

# Says no.
resource "azurerm_network_security_rule" "deny" {
  name                        = "deny"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

# Outbound.
resource "azurerm_network_security_rule" "out" {
  name                        = "out"
  priority                    = 100
  direction                   = "Outbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "5432"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

resource "azurerm_network_security_rule" "ping" {
  name                        = "ping"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Icmp"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

# One known public address, and a service tag.
resource "azurerm_network_security_rule" "office" {
  name                        = "office"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "52.10.20.30/32"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

resource "azurerm_network_security_rule" "probe" {
  name                        = "probe"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "AzureLoadBalancer"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

resource "azurerm_network_security_group" "app" {
  name                = "app"
  resource_group_name = "phi"
  location            = "eastus2"

  security_rule {
    name                       = "ssh"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = ["10.20.0.0/16", "10.30.0.0/16"]
    destination_address_prefix = "*"
  }
}
