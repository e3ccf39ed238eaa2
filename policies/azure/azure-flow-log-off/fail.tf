resource "azurerm_network_watcher_flow_log" "off" {
  network_watcher_name = "nw"
  resource_group_name  = "phi"
  name                 = "phi"
  enabled              = false # expect: azure-flow-log-off
}

resource "azurerm_network_watcher_flow_log" "short" {
  network_watcher_name = "nw"
  resource_group_name  = "phi"
  name                 = "phi"
  enabled              = true
  retention_policy {
    enabled = true
    days    = 7 # expect: azure-flow-log-off
  }
}
