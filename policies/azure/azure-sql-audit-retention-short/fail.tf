resource "azurerm_mssql_server_extended_auditing_policy" "short" {
  server_id         = "server"
  storage_endpoint  = "https://acme.blob.core.windows.net/"
  retention_in_days = 90 # expect: azure-sql-audit-retention-short
}

resource "azurerm_sql_server" "azurerm_3" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
  extended_auditing_policy {
    storage_endpoint  = "https://acmeaudit.blob.core.windows.net/"
    retention_in_days = 30 # expect: azure-sql-audit-retention-short
  }
}
