resource "azurerm_mssql_database" "local" {
  name                 = "ehr"
  server_id            = "server"
  storage_account_type = "Local" # expect: azure-sql-backup-local
}
