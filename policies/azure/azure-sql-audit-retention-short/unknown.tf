variable "days" {
  type = number
}

resource "azurerm_mssql_server_extended_auditing_policy" "variable" {
  server_id         = "server"
  storage_endpoint  = "https://acme.blob.core.windows.net/"
  retention_in_days = var.days # expect: azure-sql-audit-retention-short
}
