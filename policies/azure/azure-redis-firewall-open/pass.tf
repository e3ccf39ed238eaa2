resource "azurerm_redis_firewall_rule" "office" {
  name                = "office"
  redis_cache_name    = "sessions"
  resource_group_name = "phi"
  start_ip            = "198.51.100.1"
  end_ip              = "198.51.100.8"
}
