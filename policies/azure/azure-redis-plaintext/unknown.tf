variable "port" {
  type = bool
}

resource "azurerm_redis_cache" "variable" {
  name                 = "acmephi"
  resource_group_name  = "phi"
  location             = "eastus2"
  capacity             = 1
  family               = "P"
  sku_name             = "Premium"
  minimum_tls_version  = "1.2"
  non_ssl_port_enabled = var.port # expect: azure-redis-plaintext
}

resource "azurerm_redis_cache" "version" { # expect: azure-redis-plaintext
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
}
