variable "geo" {
  type = bool
}

resource "azurerm_postgresql_flexible_server" "variable" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  geo_redundant_backup_enabled = var.geo # expect: azure-sql-backup-local
}
