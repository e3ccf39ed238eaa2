resource "azurerm_redis_firewall_rule" "world" {
  name                = "world"
  redis_cache_name    = "sessions"
  resource_group_name = "phi"
  start_ip            = "0.0.0.0"
  end_ip              = "255.255.255.255" # expect: azure-redis-firewall-open
}
