variable "public" {
  type = bool
}

resource "azurerm_redis_cache" "variable" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  capacity                      = 1
  family                        = "P"
  sku_name                      = "Premium"
  public_network_access_enabled = var.public # expect: azure-service-public-access-allowed
}
