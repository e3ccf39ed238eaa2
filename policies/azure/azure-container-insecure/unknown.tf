variable "kind" {
  type = string
}

resource "azurerm_container_group" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
  ip_address_type     = var.kind # expect: azure-container-insecure
}
