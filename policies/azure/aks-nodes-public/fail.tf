resource "azurerm_kubernetes_cluster" "azurerm_3" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  default_node_pool {
    name                  = "system"
    vm_size               = "Standard_D4s_v5"
    enable_node_public_ip = true # expect: aks-nodes-public
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "apps" {
  name                   = "apps"
  kubernetes_cluster_id  = "clinic"
  vm_size                = "Standard_D4s_v5"
  node_public_ip_enabled = true # expect: aks-nodes-public
}
