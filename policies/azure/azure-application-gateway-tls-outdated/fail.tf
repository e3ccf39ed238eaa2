resource "azurerm_application_gateway" "old" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy { # expect: azure-application-gateway-tls-outdated
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20150501"
  }
}
