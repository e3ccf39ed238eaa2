variable "generate" {
  type = bool
}

resource "random_password" "sql" {
  length = 32
}

resource "azurerm_mssql_server" "either" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = var.generate ? random_password.sql.result : "hunter2-Kx93mQpz" # expect: azure-password-literal
}
