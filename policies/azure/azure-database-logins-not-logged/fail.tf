resource "azurerm_postgresql_configuration" "connections" {
  name                = "log_connections"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = "off" # expect: azure-database-logins-not-logged
}

resource "azurerm_postgresql_flexible_server_configuration" "audit" {
  name      = "pgaudit.log"
  server_id = "server"
  value     = "none" # expect: azure-database-logins-not-logged
}

resource "azurerm_mysql_flexible_server_configuration" "audit" {
  name                = "audit_log_enabled"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = "OFF" # expect: azure-database-logins-not-logged
}

resource "azurerm_postgresql_flexible_server_configuration" "throttle" {
  name      = "connection_throttle.enable"
  server_id = "server"
  value     = "off" # expect: azure-database-logins-not-logged
}
