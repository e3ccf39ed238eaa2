resource "azurerm_kubernetes_cluster" "silent" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_kubernetes_cluster" "azurerm_2" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
  addon_profile {
    kube_dashboard {
      enabled = false
    }
  }
}
