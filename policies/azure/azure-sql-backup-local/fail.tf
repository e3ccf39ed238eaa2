resource "azurerm_mssql_database" "local" {
  name                 = "ehr"
  server_id            = "server"
  storage_account_type = "Local" # expect: azure-sql-backup-local
}

resource "azurerm_postgresql_flexible_server" "local" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  backup_retention_days        = 35
  geo_redundant_backup_enabled = false # expect: azure-sql-backup-local
}
