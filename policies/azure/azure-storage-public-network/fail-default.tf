resource "azurerm_storage_account" "absent" { # expect: azure-storage-public-network
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}
