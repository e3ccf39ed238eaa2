resource "azurerm_mssql_server" "silent" { # expect: azure-sql-auditing-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}

resource "azurerm_mssql_server_extended_auditing_policy" "off" {
  server_id = "server"
  enabled   = false # expect: azure-sql-auditing-off
}

resource "azurerm_mssql_database_extended_auditing_policy" "nowhere" {
  database_id            = "database"
  log_monitoring_enabled = false # expect: azure-sql-auditing-off
}
