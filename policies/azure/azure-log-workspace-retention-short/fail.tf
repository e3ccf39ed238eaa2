resource "azurerm_log_analytics_workspace" "short" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  retention_in_days   = 90 # expect: azure-log-workspace-retention-short
}
