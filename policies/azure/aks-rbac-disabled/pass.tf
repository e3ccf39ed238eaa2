variable "value" {
  default = true
}

resource "azurerm_kubernetes_cluster" "phi" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  dns_prefix                        = "clinic"
  role_based_access_control_enabled = true
}

resource "azurerm_kubernetes_cluster" "from_variable" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  dns_prefix                        = "clinic"
  role_based_access_control_enabled = var.value
}
