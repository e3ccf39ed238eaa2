variable "days" {
  type = number
}

resource "azurerm_log_analytics_workspace" "variable" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  retention_in_days   = var.days # expect: azure-log-workspace-retention-short
}
