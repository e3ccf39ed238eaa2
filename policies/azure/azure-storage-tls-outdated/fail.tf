resource "azurerm_storage_account" "old" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  min_tls_version          = "TLS1_0" # expect: azure-storage-tls-outdated
}

resource "azurerm_storage_account" "older" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  min_tls_version          = "TLS1_1" # expect: azure-storage-tls-outdated
}
