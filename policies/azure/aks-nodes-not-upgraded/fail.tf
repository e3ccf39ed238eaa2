resource "azurerm_kubernetes_cluster" "azurerm_4" {
  name                    = "clinic"
  resource_group_name     = "phi"
  location                = "eastus2"
  node_os_upgrade_channel = "None" # expect: aks-nodes-not-upgraded
}
