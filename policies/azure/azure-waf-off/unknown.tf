variable "mode" {
  type = string
}

resource "azurerm_web_application_firewall_policy" "variable" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  policy_settings {
    enabled = true
    mode    = var.mode # expect: azure-waf-off
  }
}
