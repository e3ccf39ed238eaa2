variable "days" {
  type = number
}

resource "azurerm_monitor_log_profile" "variable" {
  name       = "default"
  categories = ["Action", "Delete", "Write"]
  locations  = ["eastus2", "global"]
  retention_policy {
    enabled = true
    days    = var.days # expect: azure-activity-log-incomplete
  }
}
