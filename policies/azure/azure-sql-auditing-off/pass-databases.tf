resource "azurerm_mssql_server" "ehr" {
  name                = "ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}

resource "azurerm_mssql_database" "ehr" {
  name      = "ehr"
  server_id = azurerm_mssql_server.ehr.id
}

resource "azurerm_mssql_database_extended_auditing_policy" "ehr" {
  database_id            = azurerm_mssql_database.ehr.id
  log_monitoring_enabled = true
}
