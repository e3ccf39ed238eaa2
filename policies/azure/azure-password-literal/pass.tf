resource "random_password" "sql" {
  length = 32
}

resource "azurerm_mssql_server" "phi" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = random_password.sql.result
}

resource "azurerm_linux_virtual_machine" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}
