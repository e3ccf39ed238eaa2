# azurerm 5 forbids it unless told otherwise.
terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 5.0"
    }
  }
}

resource "azurerm_storage_account" "phi" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}
