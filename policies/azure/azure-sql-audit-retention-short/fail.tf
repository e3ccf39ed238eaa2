resource "azurerm_mssql_server_extended_auditing_policy" "short" {
  server_id         = "server"
  storage_endpoint  = "https://acme.blob.core.windows.net/"
  retention_in_days = 90 # expect: azure-sql-audit-retention-short
}
