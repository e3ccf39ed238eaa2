variable "value" {
  type = bool
}

resource "azurerm_mssql_database" "variable" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = var.value # expect: azure-sql-encryption-off
}
