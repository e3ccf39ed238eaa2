variable "value" {
  type = bool
}

resource "azurerm_storage_account" "variable" {
  name                      = "acmephi"
  resource_group_name       = "phi"
  location                  = "eastus2"
  account_tier              = "Standard"
  account_replication_type  = "GZRS"
  shared_access_key_enabled = var.value # expect: azure-storage-shared-key-allowed
}
