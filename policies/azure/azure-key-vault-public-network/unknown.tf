variable "public" {
  type = bool
}

resource "azurerm_key_vault" "variable" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "premium"
  public_network_access_enabled = var.public # expect: azure-key-vault-public-network
}
