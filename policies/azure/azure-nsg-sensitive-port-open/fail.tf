resource "azurerm_network_security_rule" "rdp" {
  name                        = "rdp"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  source_address_prefix       = "Internet" # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

resource "azurerm_network_security_rule" "everything" {
  name                        = "everything"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "*"
  source_port_range           = "*"
  destination_port_range      = "*"
  source_address_prefix       = "*" # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
}

resource "azurerm_network_security_rule" "databases" {
  name                        = "databases"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefix       = "0.0.0.0/0" # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
  destination_port_ranges     = ["443", "5000-6000"]
}

# Two halves make a whole.
resource "azurerm_network_security_rule" "halves" {
  name                        = "halves"
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "3389"
  destination_address_prefix  = "*"
  resource_group_name         = "phi"
  network_security_group_name = "app"
  source_address_prefixes     = ["0.0.0.0/1", "128.0.0.0/1"] # expect: azure-nsg-sensitive-port-open
}

resource "azurerm_network_security_group" "app" {
  name                = "app"
  resource_group_name = "phi"
  location            = "eastus2"

  security_rule {
    name                       = "https"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "443"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }

  security_rule {
    name                       = "ssh"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "*" # expect: azure-nsg-sensitive-port-open
    destination_address_prefix = "*"
  }

  security_rule {
    name                       = "ssh6"
    priority                   = 120
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefixes    = ["::/0"] # expect: azure-nsg-sensitive-port-open
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_rule" "oracle" {
  name                        = "oracle"
  resource_group_name         = "phi"
  network_security_group_name = "phi"
  priority                    = 130
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = "1521"
  source_address_prefix       = "Internet" # expect: azure-nsg-sensitive-port-open
  destination_address_prefix  = "*"
}

resource "azurerm_firewall_nat_rule_collection" "rdp" {
  name                = "rdp"
  azure_firewall_name = "phi"
  resource_group_name = "phi"
  priority            = 100
  action              = "Dnat"
  rule {
    name                  = "rdp"
    source_addresses      = ["*"] # expect: azure-nsg-sensitive-port-open
    destination_ports     = ["8443"]
    destination_addresses = ["198.51.100.1"]
    translated_port       = 3389
    translated_address    = "10.0.0.4"
    protocols             = ["TCP"]
  }
}
