resource "azurerm_application_gateway" "phi" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20220101S"
  }
}

resource "azurerm_application_gateway" "custom" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy {
    policy_type          = "CustomV2"
    min_protocol_version = "TLSv1_2"
  }
}

resource "azurerm_application_gateway" "disabled" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  ssl_policy {
    disabled_protocols = ["TLSv1_0", "TLSv1_1"]
  }
}
