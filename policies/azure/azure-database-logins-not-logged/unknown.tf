variable "log" {
  type = string
}

resource "azurerm_postgresql_configuration" "variable" {
  name                = "log_connections"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = var.log # expect: azure-database-logins-not-logged
}
