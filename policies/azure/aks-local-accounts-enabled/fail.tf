resource "azurerm_kubernetes_cluster" "off" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  dns_prefix             = "clinic"
  local_account_disabled = false # expect: aks-local-accounts-enabled
}

resource "azurerm_kubernetes_cluster" "text" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  dns_prefix             = "clinic"
  local_account_disabled = "false" # expect: aks-local-accounts-enabled
}
