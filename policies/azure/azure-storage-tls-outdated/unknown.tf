variable "tls" {
  type = string
}

resource "azurerm_storage_account" "variable" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
  min_tls_version          = var.tls # expect: azure-storage-tls-outdated
}
