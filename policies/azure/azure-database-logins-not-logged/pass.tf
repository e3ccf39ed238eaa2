resource "azurerm_postgresql_configuration" "connections" {
  name                = "log_connections"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = "on"
}

resource "azurerm_postgresql_flexible_server_configuration" "audit" {
  name      = "pgaudit.log"
  server_id = "server"
  value     = "READ,WRITE"
}
