resource "azurerm_redis_cache" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  minimum_tls_version = "1.2"
}
