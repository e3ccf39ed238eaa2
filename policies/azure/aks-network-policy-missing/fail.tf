resource "azurerm_kubernetes_cluster" "none" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  network_profile {
    network_plugin = "none"
    network_policy = "none" # expect: aks-network-policy-missing
  }
}
