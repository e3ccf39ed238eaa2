variable "days" {
  type = number
}

resource "azurerm_postgresql_flexible_server" "variable" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  backup_retention_days = var.days # expect: azure-database-backup-short
}
