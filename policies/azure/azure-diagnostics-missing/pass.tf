resource "azurerm_key_vault" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "premium"
}

resource "azurerm_monitor_diagnostic_setting" "vault" {
  name               = "audit"
  target_resource_id = azurerm_key_vault.phi.id
  enabled_log {
    category_group = "audit"
  }
}
