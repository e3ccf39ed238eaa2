terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

resource "azurerm_redis_cache" "absent" { # expect: azure-redis-plaintext
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  capacity            = 1
  family              = "P"
  sku_name            = "Premium"
}
