# What is not written holds.
resource "azurerm_kubernetes_cluster" "absent" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
}
