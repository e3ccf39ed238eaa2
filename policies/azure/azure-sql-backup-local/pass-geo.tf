resource "azurerm_postgresql_flexible_server" "phi" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  backup_retention_days        = 35
  geo_redundant_backup_enabled = true
}

resource "azurerm_mysql_flexible_server" "phi" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  geo_redundant_backup_enabled = true
}

resource "azurerm_mysql_flexible_server" "replica" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  create_mode         = "Replica"
}
