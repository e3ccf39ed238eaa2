resource "azurerm_mssql_server_extended_auditing_policy" "ever" {
  server_id        = "server"
  storage_endpoint = "https://acme.blob.core.windows.net/"
}

resource "azurerm_mssql_server_extended_auditing_policy" "workspace" {
  server_id              = "server"
  log_monitoring_enabled = true
}
