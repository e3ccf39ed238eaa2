resource "azurerm_cosmosdb_account" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  backup {
    type = "Continuous"
  }
}
