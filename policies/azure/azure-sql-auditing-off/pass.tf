resource "azurerm_mssql_server" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}

resource "azurerm_mssql_server_extended_auditing_policy" "phi" {
  server_id              = azurerm_mssql_server.phi.id
  log_monitoring_enabled = true
}

resource "azurerm_mssql_database_extended_auditing_policy" "storage" {
  database_id            = "database"
  storage_endpoint       = "https://acmeaudit.blob.core.windows.net/"
  log_monitoring_enabled = false
}
