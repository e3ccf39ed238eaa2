resource "azurerm_log_analytics_workspace" "absent" { # expect: azure-log-workspace-retention-short
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
}
