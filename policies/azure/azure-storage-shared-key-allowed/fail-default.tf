# What is not written is off.
resource "azurerm_storage_account" "absent" { # expect: azure-storage-shared-key-allowed
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}
