variable "value" {
  type = bool
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  dns_prefix                        = "clinic"
  role_based_access_control_enabled = var.value # expect: aks-rbac-disabled
}
