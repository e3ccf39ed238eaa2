resource "azurerm_security_center_subscription_pricing" "free" {
  tier          = "Free" # expect: azure-defender-off
  resource_type = "SqlServers"
}

resource "azurerm_security_center_setting" "off" {
  setting_name = "MCAS"
  enabled      = false # expect: azure-defender-off
}
