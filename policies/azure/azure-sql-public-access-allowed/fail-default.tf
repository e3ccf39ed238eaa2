# Open unless it is closed.
resource "azurerm_mssql_server" "ehr" { # expect: azure-sql-public-access-allowed
  name                = "acme-ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}
