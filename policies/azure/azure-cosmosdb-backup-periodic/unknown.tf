variable "kind" {
  type = string
}

resource "azurerm_cosmosdb_account" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
  backup {
    type = var.kind # expect: azure-cosmosdb-backup-periodic
  }
}
