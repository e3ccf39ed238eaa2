variable "value" {
  type = bool
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  dns_prefix             = "clinic"
  local_account_disabled = var.value # expect: aks-local-accounts-enabled
}
