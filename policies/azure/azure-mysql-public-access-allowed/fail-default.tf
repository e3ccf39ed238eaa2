resource "azurerm_mysql_flexible_server" "absent" { # expect: azure-mysql-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_postgresql_server" "absent" { # expect: azure-mysql-public-access-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku_name            = "GP_Gen5_4"
  version             = "11"
}
