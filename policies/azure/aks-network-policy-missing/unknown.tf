variable "policy" {
  type = string
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  network_profile {
    network_plugin = "azure"
    network_policy = var.policy # expect: aks-network-policy-missing
  }
}
