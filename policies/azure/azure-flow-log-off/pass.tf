resource "azurerm_network_watcher_flow_log" "phi" {
  network_watcher_name = "nw"
  resource_group_name  = "phi"
  name                 = "phi"
  enabled              = true
  retention_policy {
    enabled = true
    days    = 365
  }
}
