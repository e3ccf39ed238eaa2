variable "start" {
  type = string
}

resource "azurerm_redis_firewall_rule" "variable" {
  name                = "office"
  redis_cache_name    = "sessions"
  resource_group_name = "phi"
  start_ip            = var.start
  end_ip              = "198.51.100.8" # expect: azure-redis-firewall-open
}
