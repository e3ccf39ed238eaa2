resource "azurerm_cosmosdb_account" "entra" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  offer_type                    = "Standard"
  local_authentication_disabled = true
}

resource "azurerm_cosmosdb_account" "mongo" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  kind                = "MongoDB"
}

resource "azurerm_search_service" "entra" {
  name                         = "acmephi"
  resource_group_name          = "phi"
  location                     = "eastus2"
  sku                          = "standard"
  local_authentication_enabled = false
}
