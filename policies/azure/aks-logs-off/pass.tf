resource "azurerm_kubernetes_cluster" "setting" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}

resource "azurerm_monitor_diagnostic_setting" "aks" {
  name               = "aks"
  target_resource_id = azurerm_kubernetes_cluster.setting.id
  enabled_log {
    category = "kube-audit"
  }
}

resource "azurerm_kubernetes_cluster" "older" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}

resource "azurerm_monitor_diagnostic_setting" "older" {
  name               = "aks"
  target_resource_id = azurerm_kubernetes_cluster.older.id
  log {
    category = "kube-audit-admin"
    enabled  = true
  }
}
