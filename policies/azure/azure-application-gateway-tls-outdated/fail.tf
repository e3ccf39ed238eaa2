resource "azurerm_application_gateway" "old" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy { # expect: azure-application-gateway-tls-outdated
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20150501"
  }
}

resource "azurerm_application_gateway" "half" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy { # expect: azure-application-gateway-tls-outdated
    disabled_protocols = ["TLSv1_0"]
  }
}

resource "azurerm_application_gateway" "profile" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20220101S"
  }
  ssl_profile {
    name = "old-devices"
    ssl_policy { # expect: azure-application-gateway-tls-outdated
      policy_type = "Predefined"
      policy_name = "AppGwSslPolicy20150501"
    }
  }
}
