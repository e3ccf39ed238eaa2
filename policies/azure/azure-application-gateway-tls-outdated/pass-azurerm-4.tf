terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

resource "azurerm_application_gateway" "none" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  http_listener {
    name     = "https"
    protocol = "Https"
  }
}
