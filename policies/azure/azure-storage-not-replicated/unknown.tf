variable "kind" {
  type = string
}

resource "azurerm_storage_account" "variable" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = var.kind # expect: azure-storage-not-replicated
}
