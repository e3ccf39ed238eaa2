resource "azurerm_redis_cache" "port" {
  name                 = "acmephi"
  resource_group_name  = "phi"
  location             = "eastus2"
  capacity             = 1
  family               = "P"
  sku_name             = "Premium"
  minimum_tls_version  = "1.2"
  non_ssl_port_enabled = true # expect: azure-redis-plaintext
}

resource "azurerm_redis_cache" "port_3" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  minimum_tls_version = "1.2"
  enable_non_ssl_port = true # expect: azure-redis-plaintext
}

resource "azurerm_redis_cache" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
  minimum_tls_version = "1.0" # expect: azure-redis-plaintext
}

resource "azurerm_redis_enterprise_database" "plain" {
  cluster_id      = "cluster"
  client_protocol = "Plaintext" # expect: azure-redis-plaintext
}
