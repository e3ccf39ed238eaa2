resource "azurerm_subnet" "mysql" {
  name = "mysql"
}

resource "azurerm_mysql_flexible_server" "subnet" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  delegated_subnet_id = azurerm_subnet.mysql.id
}

resource "azurerm_mysql_flexible_server" "endpoint" {
  name                  = "acmephi"
  resource_group_name   = "phi"
  location              = "eastus2"
  public_network_access = "Disabled"
}

resource "azurerm_mysql_server" "endpoint" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku_name                      = "GP_Gen5_4"
  version                       = "11"
  public_network_access_enabled = false
}
