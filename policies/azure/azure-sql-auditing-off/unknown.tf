variable "server" {
  type = string
}

variable "audit" {
  type = bool
}

resource "azurerm_mssql_server_extended_auditing_policy" "variable" {
  server_id = var.server
  enabled   = var.audit # expect: azure-sql-auditing-off
}

resource "azurerm_mssql_server" "perhaps" { # expect: azure-sql-auditing-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}
