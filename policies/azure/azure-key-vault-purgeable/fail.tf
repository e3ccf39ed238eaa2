resource "azurerm_key_vault" "off" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "premium"
  purge_protection_enabled = false # expect: azure-key-vault-purgeable
}

resource "azurerm_key_vault" "text" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "premium"
  purge_protection_enabled = "false" # expect: azure-key-vault-purgeable
}

resource "azurerm_key_vault" "azurerm_2" {
  name                     = "phi2"
  resource_group_name      = "phi"
  location                 = "eastus2"
  sku_name                 = "premium"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  purge_protection_enabled = true
  soft_delete_enabled      = false # expect: azure-key-vault-purgeable
}
