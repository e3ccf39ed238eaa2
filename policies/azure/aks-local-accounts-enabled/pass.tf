variable "value" {
  default = true
}

resource "azurerm_kubernetes_cluster" "phi" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  dns_prefix             = "clinic"
  local_account_disabled = true
}

resource "azurerm_kubernetes_cluster" "from_variable" {
  name                   = "acmephi"
  resource_group_name    = "phi"
  location               = "eastus2"
  dns_prefix             = "clinic"
  local_account_disabled = var.value
}
