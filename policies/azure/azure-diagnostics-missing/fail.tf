resource "azurerm_key_vault" "silent" { # expect: azure-diagnostics-missing
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
  sku_name            = "premium"
}

resource "azurerm_cosmosdb_account" "metrics" { # expect: azure-diagnostics-missing
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  offer_type          = "Standard"
}

resource "azurerm_monitor_diagnostic_setting" "metrics" {
  name               = "metrics"
  target_resource_id = azurerm_cosmosdb_account.metrics.id
  enabled_metric {
    category = "AllMetrics"
  }
}

resource "azurerm_key_vault" "off" { # expect: azure-diagnostics-missing
  name                = "off"
  resource_group_name = "phi"
  location            = "eastus2"
  sku_name            = "premium"
  tenant_id           = "00000000-0000-0000-0000-000000000000"
}

resource "azurerm_monitor_diagnostic_setting" "off" {
  name                       = "off"
  target_resource_id         = azurerm_key_vault.off.id
  log_analytics_workspace_id = "workspace"
  log {
    category = "AuditEvent"
    enabled  = false
  }
}
