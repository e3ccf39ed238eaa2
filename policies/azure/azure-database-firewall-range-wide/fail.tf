# Half of the internet.
resource "azurerm_mssql_firewall_rule" "half" {
  name             = "half"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.Sql/servers/acme-ehr"
  start_ip_address = "0.0.0.0"
  end_ip_address   = "127.255.255.255" # expect: azure-database-firewall-range-wide
}

# One address more than allowed.
resource "azurerm_postgresql_flexible_server_firewall_rule" "office" {
  name             = "office"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.DBforPostgreSQL/flexibleServers/acme-ehr"
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.101.0" # expect: azure-database-firewall-range-wide
}

resource "azurerm_redis_firewall_rule" "provider" {
  name                = "provider"
  redis_cache_name    = "sessions"
  resource_group_name = "phi"
  start_ip            = "13.64.0.0"
  end_ip              = "13.107.255.255" # expect: azure-database-firewall-range-wide
}

resource "azurerm_mysql_firewall_rule" "provider" {
  name                = "provider"
  server_name         = "ehr"
  resource_group_name = "phi"
  start_ip_address    = "13.64.0.0"
  end_ip_address      = "13.107.255.255" # expect: azure-database-firewall-range-wide
}
