variable "channel" {
  type = string
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                    = "clinic"
  resource_group_name     = "phi"
  location                = "eastus2"
  node_os_upgrade_channel = var.channel # expect: aks-nodes-not-upgraded
}
