resource "azurerm_cosmosdb_account" "silent" { # expect: azure-shared-key-login-allowed
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
}

resource "azurerm_cognitive_account" "keys" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  kind                = "TextAnalytics"
  sku_name            = "S"
  local_auth_enabled  = true # expect: azure-shared-key-login-allowed
}
