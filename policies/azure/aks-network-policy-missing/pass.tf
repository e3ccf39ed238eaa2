resource "azurerm_kubernetes_cluster" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  network_profile {
    network_plugin = "azure"
    network_policy = "cilium"
  }
}
