resource "azurerm_web_application_firewall_policy" "watches" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  policy_settings {
    enabled = true
    mode    = "Detection" # expect: azure-waf-off
  }
}

resource "azurerm_cdn_frontdoor_firewall_policy" "off" {
  name                = "portal"
  resource_group_name = "phi"
  sku_name            = "Premium_AzureFrontDoor"
  enabled             = false # expect: azure-waf-off
  mode                = "Prevention"
}
