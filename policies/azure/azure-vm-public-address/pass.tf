resource "azurerm_network_interface" "private" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  ip_configuration {
    name                          = "primary"
    subnet_id                     = "subnet"
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine_scale_set" "private" {
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
    }
  }
}
