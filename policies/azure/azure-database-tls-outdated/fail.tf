resource "azurerm_mssql_server" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
  minimum_tls_version = "1.0" # expect: azure-database-tls-outdated
}

resource "azurerm_mssql_server" "off" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
  minimum_tls_version = "Disabled" # expect: azure-database-tls-outdated
}

resource "azurerm_mssql_managed_instance" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku_name            = "GP_Gen5"
  vcores              = 4
  storage_size_in_gb  = 32
  license_type        = "BasePrice"
  subnet_id           = "subnet"
  minimum_tls_version = "1.1" # expect: azure-database-tls-outdated
}

resource "azurerm_postgresql_server" "off" {
  name                             = "acmephi"
  resource_group_name              = "phi"
  location                         = "eastus2"
  sku_name                         = "GP_Gen5_4"
  version                          = "11"
  ssl_minimal_tls_version_enforced = "TLSEnforcementDisabled" # expect: azure-database-tls-outdated
}

resource "azurerm_mysql_server" "old" {
  name                             = "acmephi"
  resource_group_name              = "phi"
  location                         = "eastus2"
  sku_name                         = "GP_Gen5_4"
  version                          = "11"
  ssl_minimal_tls_version_enforced = "TLS1_1" # expect: azure-database-tls-outdated
}

resource "azurerm_cosmosdb_account" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  minimal_tls_version = "Tls11" # expect: azure-database-tls-outdated
}

resource "azurerm_mariadb_server" "old" {
  name                             = "acmephi"
  resource_group_name              = "phi"
  location                         = "eastus2"
  ssl_enforcement_enabled          = true
  ssl_minimal_tls_version_enforced = "TLS1_1" # expect: azure-database-tls-outdated
}
