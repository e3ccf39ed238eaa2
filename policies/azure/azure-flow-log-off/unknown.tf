variable "on" {
  type = bool
}

resource "azurerm_network_watcher_flow_log" "variable" {
  network_watcher_name = "nw"
  resource_group_name  = "phi"
  name                 = "phi"
  enabled              = var.on # expect: azure-flow-log-off
}
