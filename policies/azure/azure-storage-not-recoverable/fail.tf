resource "azurerm_storage_account" "off" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  blob_properties {
    versioning_enabled = false # expect: azure-storage-not-recoverable
    delete_retention_policy {
      days = 30
    }
  }
}

resource "azurerm_storage_account" "short" { # expect: azure-storage-not-recoverable
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  blob_properties {
    versioning_enabled = true
    delete_retention_policy {
      days = 1
    }
  }
}
