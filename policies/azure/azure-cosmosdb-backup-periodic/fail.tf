resource "azurerm_cosmosdb_account" "periodic" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  backup {
    type = "Periodic" # expect: azure-cosmosdb-backup-periodic
  }
}
