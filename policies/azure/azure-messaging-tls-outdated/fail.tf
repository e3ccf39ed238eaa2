resource "azurerm_servicebus_namespace" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Premium"
  minimum_tls_version = "1.0" # expect: azure-messaging-tls-outdated
}

resource "azurerm_eventhub_namespace" "old" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  minimum_tls_version = "1.1" # expect: azure-messaging-tls-outdated
}
