resource "azurerm_cosmosdb_account" "absent" { # expect: azure-cosmosdb-backup-periodic
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
}
