resource "azurerm_kubernetes_cluster" "silent" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  default_node_pool {
    name    = "system"
    vm_size = "Standard_D4s_v5"
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "apps" {
  name                   = "apps"
  kubernetes_cluster_id  = azurerm_kubernetes_cluster.silent.id
  vm_size                = "Standard_D4s_v5"
  node_public_ip_enabled = false
}
