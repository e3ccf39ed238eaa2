variable "kind" {
  type = string
}

resource "azurerm_mssql_database" "variable" {
  name                 = "ehr"
  server_id            = "server"
  storage_account_type = var.kind # expect: azure-sql-backup-local
}
