resource "azurerm_log_analytics_workspace" "phi" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  retention_in_days   = 730
}
