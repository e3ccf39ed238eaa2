resource "azurerm_cosmosdb_account" "kept" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  backup {
    type                = "Periodic"
    interval_in_minutes = 240
    retention_in_hours  = 720
    storage_redundancy  = "Geo"
  }
}
