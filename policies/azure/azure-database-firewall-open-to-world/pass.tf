resource "azurerm_mssql_firewall_rule" "office" {
  name             = "office"
  server_id        = azurerm_mssql_server.ehr.id
  start_ip_address = "198.51.100.10"
  end_ip_address   = "198.51.100.10"
}

resource "azurerm_mssql_server" "ehr" {
  name                = "acme-ehr"
  resource_group_name = "phi"
  location            = "eastus2"
  version             = "12.0"
}
