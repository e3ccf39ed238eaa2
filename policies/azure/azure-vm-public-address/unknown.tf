variable "address" {
  type = string
}

resource "azurerm_network_interface" "variable" {
  name                = "imaging"
  resource_group_name = "phi"
  location            = "eastus2"
  ip_configuration {
    name                          = "primary"
    subnet_id                     = "subnet"
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = var.address # expect: azure-vm-public-address
  }
}
