variable "versions" {
  type = bool
}

resource "azurerm_storage_account" "variable" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  blob_properties {
    versioning_enabled = var.versions # expect: azure-storage-not-recoverable
    delete_retention_policy {}
  }
}
