resource "azurerm_container_registry" "open" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  sku                    = "Premium"
  anonymous_pull_enabled = true # expect: azure-registry-anonymous
}

resource "azurerm_container_registry" "admin" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  admin_enabled       = true # expect: azure-registry-anonymous
}
