resource "azurerm_kubernetes_cluster" "off" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  dns_prefix                        = "clinic"
  role_based_access_control_enabled = false # expect: aks-rbac-disabled
}

resource "azurerm_kubernetes_cluster" "text" {
  name                              = "acmephi"
  resource_group_name               = "phi"
  location                          = "eastus2"
  dns_prefix                        = "clinic"
  role_based_access_control_enabled = "false" # expect: aks-rbac-disabled
}

resource "azurerm_kubernetes_cluster" "azurerm_2" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  role_based_access_control {
    enabled = false # expect: aks-rbac-disabled
  }
}
