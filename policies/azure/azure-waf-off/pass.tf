resource "azurerm_web_application_firewall_policy" "blocks" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  policy_settings {
    enabled = true
    mode    = "Prevention"
  }
}
