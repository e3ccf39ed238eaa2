terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 2.99"
    }
  }
}

resource "azurerm_storage_account" "phi" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  allow_blob_public_access = true # expect: azure-storage-anonymous-access-allowed
}
