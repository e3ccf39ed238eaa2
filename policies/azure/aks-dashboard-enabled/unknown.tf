variable "routing" {
  type = bool
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                             = "clinic"
  resource_group_name              = "phi"
  location                         = "eastus2"
  http_application_routing_enabled = var.routing # expect: aks-dashboard-enabled
}
