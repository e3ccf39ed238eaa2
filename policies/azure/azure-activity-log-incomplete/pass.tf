resource "azurerm_monitor_log_profile" "year" {
  name       = "default"
  categories = ["Action", "Delete", "Write"]
  locations  = ["eastus2", "global"]
  retention_policy {
    enabled = true
    days    = 365
  }
}

resource "azurerm_monitor_log_profile" "ever" {
  name       = "default"
  categories = ["Action", "Delete", "Write"]
  locations  = ["eastus2", "global"]
  retention_policy {
    enabled = false
  }
}
