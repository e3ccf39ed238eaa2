resource "azurerm_kubernetes_cluster" "silent" {
  name                = "clinic"
  resource_group_name = "phi"
  location            = "eastus2"
}

resource "azurerm_kubernetes_cluster" "patched" {
  name                      = "clinic"
  resource_group_name       = "phi"
  location                  = "eastus2"
  node_os_upgrade_channel   = "SecurityPatch"
  automatic_upgrade_channel = "patch"
}
