variable "value" {
  type = bool
}

resource "azurerm_key_vault" "variable" {
  name                     = "acmephi"
  resource_group_name      = "phi"
  location                 = "eastus2"
  tenant_id                = "00000000-0000-0000-0000-000000000000"
  sku_name                 = "premium"
  purge_protection_enabled = var.value # expect: azure-key-vault-purgeable
}
