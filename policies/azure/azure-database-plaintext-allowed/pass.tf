resource "azurerm_postgresql_server" "phi" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  sku_name                = "GP_Gen5_4"
  version                 = "11"
  ssl_enforcement_enabled = true
}

resource "azurerm_postgresql_flexible_server_configuration" "on" {
  name      = "require_secure_transport"
  server_id = "server"
  value     = "on"
}

resource "azurerm_mysql_flexible_server_configuration" "new" {
  name                = "tls_version"
  resource_group_name = "phi"
  server_name         = "ehr"
  value               = "TLSv1.2,TLSv1.3"
}
