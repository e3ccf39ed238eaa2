resource "azurerm_kubernetes_cluster" "absent" { # expect: aks-network-policy-missing
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}
