resource "azurerm_monitor_log_profile" "short" {
  name       = "default"
  categories = ["Write"] # expect: azure-activity-log-incomplete
  locations  = ["eastus2"] # expect: azure-activity-log-incomplete
  retention_policy {
    enabled = true
    days    = 7 # expect: azure-activity-log-incomplete
  }
}
