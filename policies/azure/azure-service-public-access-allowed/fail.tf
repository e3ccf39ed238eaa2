resource "azurerm_cosmosdb_account" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  offer_type                    = "Standard"
  public_network_access_enabled = true # expect: azure-service-public-access-allowed
}

resource "azurerm_data_factory" "open" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  public_network_enabled = true # expect: azure-service-public-access-allowed
}

resource "azurerm_eventhub_namespace" "open" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  sku                           = "Standard"
  public_network_access_enabled = true # expect: azure-service-public-access-allowed
  network_rulesets {
    default_action = "Allow"
  }
}
