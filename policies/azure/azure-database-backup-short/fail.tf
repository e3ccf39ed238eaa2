resource "azurerm_postgresql_flexible_server" "local" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  backup_retention_days        = 35
  geo_redundant_backup_enabled = false # expect: azure-database-backup-short
}

resource "azurerm_mysql_flexible_server" "short" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  backup_retention_days        = 3 # expect: azure-database-backup-short
  geo_redundant_backup_enabled = true
}

resource "azurerm_mssql_database" "short" {
  name      = "ehr"
  server_id = "server"
  short_term_retention_policy {
    retention_days = 1 # expect: azure-database-backup-short
  }
}
