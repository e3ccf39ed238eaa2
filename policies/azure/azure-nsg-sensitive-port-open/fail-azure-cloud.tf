# Whoever rents a machine in Azure.
resource "azurerm_network_security_group" "app" {
  name                = "app"
  location            = "westeurope"
  resource_group_name = "phi"

  security_rule {
    name                       = "ssh"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "22"
    source_address_prefix      = "AzureCloud" # expect: azure-nsg-sensitive-port-open
    destination_address_prefix = "*"
  }

  security_rule {
    name                       = "postgres"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    destination_port_range     = "5432"
    source_address_prefixes    = ["AzureCloud.westeurope"] # expect: azure-nsg-sensitive-port-open
    destination_address_prefix = "*"
  }
}
