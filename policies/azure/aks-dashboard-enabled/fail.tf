resource "azurerm_kubernetes_cluster" "azurerm_2" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  addon_profile {
    kube_dashboard {
      enabled = true # expect: aks-dashboard-enabled
    }
  }
}

resource "azurerm_kubernetes_cluster" "routing" {
  name                             = "clinic"
  resource_group_name              = "phi"
  location                         = "eastus2"
  http_application_routing_enabled = true # expect: aks-dashboard-enabled
}
