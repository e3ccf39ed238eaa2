resource "azurerm_key_vault" "absent" { # expect: azure-key-vault-public-network
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "premium"
}
