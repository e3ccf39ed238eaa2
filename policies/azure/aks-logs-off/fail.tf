resource "azurerm_kubernetes_cluster" "silent" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}

resource "azurerm_kubernetes_cluster" "agent" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  oms_agent {
    log_analytics_workspace_id = "workspace"
  }
}

resource "azurerm_kubernetes_cluster" "measured" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}

resource "azurerm_monitor_diagnostic_setting" "measured" {
  name               = "aks"
  target_resource_id = azurerm_kubernetes_cluster.measured.id
  enabled_log {
    category = "cluster-autoscaler"
  }
  enabled_metric {
    category = "AllMetrics"
  }
}
