resource "azurerm_kubernetes_cluster" "silent" { # expect: aks-logs-off
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}
