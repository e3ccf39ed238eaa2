variable "public" {
  type = bool
}

resource "azurerm_kubernetes_cluster_node_pool" "variable" {
  name                   = "apps"
  kubernetes_cluster_id  = "clinic"
  vm_size                = "Standard_D4s_v5"
  node_public_ip_enabled = var.public # expect: aks-nodes-public
}
