variable "admin" {
  type = bool
}

resource "azurerm_container_registry" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  admin_enabled       = var.admin # expect: azure-registry-anonymous
}
