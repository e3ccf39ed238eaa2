variable "private" {
  type = bool
}

resource "azurerm_kubernetes_cluster" "variable" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  dns_prefix              = "clinic"
  private_cluster_enabled = var.private # expect: aks-api-public
}
