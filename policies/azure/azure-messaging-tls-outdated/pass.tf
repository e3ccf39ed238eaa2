resource "azurerm_servicebus_namespace" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  minimum_tls_version = "1.2"
}

resource "azurerm_eventhub_namespace" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
}
