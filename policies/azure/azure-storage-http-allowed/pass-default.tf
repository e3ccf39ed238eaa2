# Secure transfer is required unless it is switched off.
resource "azurerm_storage_account" "phi" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  account_tier             = "Standard"
  account_replication_type = "GZRS"
}
