# What is not written holds.
resource "azurerm_mssql_database" "absent" {
  name      = "ehr"
  server_id = "server"
}
