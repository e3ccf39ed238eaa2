variable "public" {
  type = bool
}

resource "azurerm_storage_account" "phi" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  account_tier                    = "Standard"
  account_replication_type        = "GZRS"
  allow_nested_items_to_be_public = var.public # expect: azure-storage-anonymous-access-allowed
}
