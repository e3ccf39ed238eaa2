resource "azurerm_public_ip" "imaging" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  allocation_method   = "Static"
}

resource "azurerm_network_interface" "public" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  ip_configuration {
    name                          = "primary"
    subnet_id                     = "subnet"
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.imaging.id # expect: azure-vm-public-address
  }
}

resource "azurerm_linux_virtual_machine_scale_set" "public" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard_D4s_v5"
  instances           = 2
  network_interface {
    name    = "portal"
    primary = true
    ip_configuration {
      name      = "portal"
      primary   = true
      subnet_id = "subnet"
      public_ip_address { # expect: azure-vm-public-address
        name = "portal"
      }
    }
  }
}
