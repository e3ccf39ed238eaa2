resource "azurerm_storage_container" "scans" {
  name                  = "scans"
  storage_account_id    = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Storage/storageAccounts/acmephi"
  container_access_type = "private"
}
