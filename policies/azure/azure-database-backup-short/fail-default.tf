resource "azurerm_postgresql_flexible_server" "absent" { # expect: azure-database-backup-short
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
