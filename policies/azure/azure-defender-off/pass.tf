resource "azurerm_security_center_subscription_pricing" "phi" {
  tier          = "Standard"
  resource_type = "SqlServers"
}
