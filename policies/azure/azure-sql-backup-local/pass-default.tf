resource "azurerm_mssql_database" "absent" {
  name                 = "ehr"
  server_id            = "server"
  storage_account_type = null
}

resource "azurerm_mssql_database" "phi" {
  name                 = "ehr"
  server_id            = "server"
  storage_account_type = "Geo"
}
