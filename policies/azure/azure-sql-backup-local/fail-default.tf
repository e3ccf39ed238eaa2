resource "azurerm_postgresql_flexible_server" "absent" { # expect: azure-sql-backup-local
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
