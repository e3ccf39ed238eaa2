resource "azurerm_mssql_firewall_rule" "all" {
  name             = "all"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}

resource "azurerm_postgresql_flexible_server_firewall_rule" "all" {
  name             = "all"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.DBforPostgreSQL/flexibleServers/acme-ehr"
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}

resource "azurerm_mysql_flexible_server_firewall_rule" "all" {
  name                = "all"
  resource_group_name = "phi"
  server_name         = "acme-ehr"
  start_ip_address    = "0.0.0.0"
  end_ip_address      = "255.255.255.255" # expect: azure-database-firewall-open-to-world
}
