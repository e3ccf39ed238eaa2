# The default depends on the provider's major version, which nothing fixes here.
resource "azurerm_storage_account" "phi" { # expect: azure-storage-anonymous-access-allowed
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}
