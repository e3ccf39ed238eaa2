resource "azurerm_mssql_database" "off" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = false # expect: azure-sql-encryption-off
}

resource "azurerm_mssql_database" "text" {
  name                                = "ehr"
  server_id                           = "server"
  transparent_data_encryption_enabled = "false" # expect: azure-sql-encryption-off
}
