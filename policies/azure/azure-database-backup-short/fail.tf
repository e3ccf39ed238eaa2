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

# What is restored in another region is a server of its own.
resource "azurerm_postgresql_server" "restored" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  create_mode           = "GeoRestore"
  backup_retention_days = 3 # expect: azure-database-backup-short
}
