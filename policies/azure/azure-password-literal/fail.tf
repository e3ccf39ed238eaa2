resource "azurerm_mssql_server" "literal" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  version                      = "12.0"
  administrator_login_password = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_postgresql_flexible_server" "literal" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  administrator_password = "hunter2-Kx93mQpz" # expect: azure-password-literal
}

resource "azurerm_windows_virtual_machine" "literal" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  admin_password      = "hunter2-Kx93mQpz" # expect: azure-password-literal
}
