variable "tier" {
  type = string
}

resource "azurerm_security_center_subscription_pricing" "variable" {
  tier          = var.tier # expect: azure-defender-off
  resource_type = "SqlServers"
}
