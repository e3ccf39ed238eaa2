terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 3.100"
    }
  }
}

resource "azurerm_storage_account" "phi" {
  name                      = "acmephi"
  resource_group_name       = "phi"
  location                  = "eastus2"
  account_tier              = "Standard"
  account_replication_type  = "GZRS"
  enable_https_traffic_only = false # expect: azure-storage-http-allowed
}
