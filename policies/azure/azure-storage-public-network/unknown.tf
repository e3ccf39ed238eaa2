variable "public" {
  type = bool
}

resource "azurerm_storage_account" "variable" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  account_tier                  = "Standard"
  account_replication_type      = "GZRS"
  public_network_access_enabled = var.public # expect: azure-storage-public-network
}
