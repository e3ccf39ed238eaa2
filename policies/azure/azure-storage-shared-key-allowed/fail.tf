resource "azurerm_storage_account" "off" {
  name                      = "acmephi"
  resource_group_name       = "phi"
  location                  = "eastus2"
  account_tier              = "Standard"
  account_replication_type  = "GZRS"
  shared_access_key_enabled = true # expect: azure-storage-shared-key-allowed
}

resource "azurerm_storage_account" "text" {
  name                      = "acmephi"
  resource_group_name       = "phi"
  location                  = "eastus2"
  account_tier              = "Standard"
  account_replication_type  = "GZRS"
  shared_access_key_enabled = "true" # expect: azure-storage-shared-key-allowed
}
