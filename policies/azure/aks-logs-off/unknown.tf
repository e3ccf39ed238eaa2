variable "logs" {
  type = list(string)
}

resource "azurerm_kubernetes_cluster" "variable" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  dynamic "oms_agent" {
    for_each = var.logs
    content {
      log_analytics_workspace_id = oms_agent.value
    }
  }
}
