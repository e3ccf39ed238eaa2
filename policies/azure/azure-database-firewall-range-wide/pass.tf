resource "azurerm_postgresql_flexible_server_firewall_rule" "office" {
  name             = "office"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.DBforPostgreSQL/flexibleServers/acme-ehr"
  start_ip_address = "198.51.100.0"
  end_ip_address   = "198.51.100.255"
}

# Crosses a border between octets, but is small.
resource "azurerm_postgresql_flexible_server_firewall_rule" "clinic" {
  name             = "clinic"
  server_id        = "/subscriptions/0/resourceGroups/phi/providers/Microsoft.DBforPostgreSQL/flexibleServers/acme-ehr"
  start_ip_address = "198.51.99.250"
  end_ip_address   = "198.51.100.5"
}

resource "azurerm_redis_firewall_rule" "clinic" {
  name                = "clinic"
  redis_cache_name    = "sessions"
  resource_group_name = "phi"
  start_ip            = "198.51.100.1"
  end_ip              = "198.51.100.9"
}
