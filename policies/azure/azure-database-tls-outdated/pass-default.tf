resource "azurerm_mssql_server" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}

resource "azurerm_cosmosdb_account" "silent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
}
