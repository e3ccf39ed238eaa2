variable "logs" {
  type = list(string)
}

resource "azurerm_kubernetes_cluster" "variable" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}

resource "azurerm_monitor_diagnostic_setting" "variable" {
  name               = "aks"
  target_resource_id = azurerm_kubernetes_cluster.variable.id
  dynamic "enabled_log" {
    for_each = var.logs
    content {
      category = enabled_log.value
    }
  }
}
