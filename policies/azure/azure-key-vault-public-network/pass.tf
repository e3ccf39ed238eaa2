resource "azurerm_key_vault" "private" {
  name                          = "acmephi"
  resource_group_name           = "phi"
  location                      = "eastus2"
  tenant_id                     = "00000000-0000-0000-0000-000000000000"
  sku_name                      = "premium"
  public_network_access_enabled = false
}

resource "azurerm_key_vault" "rules" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "premium"
  network_acls {
    default_action = "Deny"
    bypass         = "AzureServices"
  }
}
