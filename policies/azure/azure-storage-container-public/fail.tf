resource "azurerm_storage_container" "scans" {
  name                  = "scans"
  storage_account_id    = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Storage/storageAccounts/acmephi"
  container_access_type = "blob" # expect: azure-storage-container-public
}

resource "azurerm_storage_container" "letters" {
  name                  = "letters"
  storage_account_id    = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Storage/storageAccounts/acmephi"
  container_access_type = "container" # expect: azure-storage-container-public
}
