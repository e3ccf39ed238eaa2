resource "azurerm_postgresql_server" "off" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  sku_name                = "GP_Gen5_4"
  version                 = "11"
  ssl_enforcement_enabled = false # expect: azure-database-plaintext-allowed
}

resource "azurerm_mysql_server" "off" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  sku_name                = "GP_Gen5_4"
  version                 = "11"
  ssl_enforcement_enabled = false # expect: azure-database-plaintext-allowed
}

resource "azurerm_mariadb_server" "off" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  sku_name                = "GP_Gen5_4"
  version                 = "11"
  ssl_enforcement_enabled = false # expect: azure-database-plaintext-allowed
}

resource "azurerm_postgresql_flexible_server_configuration" "off" {
  name      = "require_secure_transport"
  server_id = "server"
  value     = "off" # expect: azure-database-plaintext-allowed
}

resource "azurerm_mysql_flexible_server_configuration" "old" {
  name                = "tls_version"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = "TLSv1.1,TLSv1.2" # expect: azure-database-plaintext-allowed
}
