resource "azurerm_container_registry" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  admin_enabled       = false
}

resource "azurerm_container_registry" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
}
