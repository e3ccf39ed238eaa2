variable "tls" {
  type = string
}

resource "azurerm_mssql_server" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
  minimum_tls_version = var.tls # expect: azure-database-tls-outdated
}
