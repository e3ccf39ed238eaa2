resource "azurerm_mysql_flexible_server" "open" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Enabled" # expect: azure-mysql-public-access-allowed
}

resource "azurerm_mariadb_server" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku_name                      = "GP_Gen5_4"
  version                       = "11"
  public_network_access_enabled = true # expect: azure-mysql-public-access-allowed
}
