resource "azurerm_security_center_subscription_pricing" "free" {
  tier          = "Free" # expect: azure-defender-off
  resource_type = "SqlServers"
}

resource "azurerm_security_center_setting" "off" {
  setting_name = "MCAS"
  enabled      = false # expect: azure-defender-off
}

resource "azurerm_security_center_auto_provisioning" "off" {
  auto_provision = "Off" # expect: azure-defender-off
}
