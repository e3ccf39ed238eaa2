variable "state" {
  type = string
}

resource "azurerm_mssql_server_security_alert_policy" "variable" {
  resource_group_name = "phi"
  server_name         = "ehr"
  state               = var.state # expect: azure-database-threats-unwatched
}
