variable "tls" {
  type = string
}

resource "azurerm_eventhub_namespace" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  sku                 = "Standard"
  minimum_tls_version = var.tls # expect: azure-messaging-tls-outdated
}
