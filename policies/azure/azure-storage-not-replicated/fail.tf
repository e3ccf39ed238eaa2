resource "azurerm_storage_account" "local" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "LRS" # expect: azure-storage-not-replicated
}
