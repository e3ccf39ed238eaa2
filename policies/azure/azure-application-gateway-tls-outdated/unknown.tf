variable "policy" {
  type = string
}

resource "azurerm_application_gateway" "variable" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy { # expect: azure-application-gateway-tls-outdated
    policy_type = "Predefined"
    policy_name = var.policy
  }
}

resource "azurerm_application_gateway" "none" { # expect: azure-application-gateway-tls-outdated
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  http_listener {
    name     = "https"
    protocol = "Https"
  }
}
