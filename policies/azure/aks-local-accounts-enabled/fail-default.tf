# What is not written is off.
resource "azurerm_kubernetes_cluster" "absent" { # expect: aks-local-accounts-enabled
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}
