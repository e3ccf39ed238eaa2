resource "azurerm_mssql_server" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
  minimum_tls_version = "1.2"
}

resource "azurerm_mysql_server" "phi" {
  name                             = "acmephi"
  resource_group_name              = "phi"
  location                         = "eastus2"
  sku_name                         = "GP_Gen5_4"
  version                          = "11"
  ssl_minimal_tls_version_enforced = "TLS1_2"
}

resource "azurerm_cosmosdb_account" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  minimal_tls_version = "Tls12"
}
