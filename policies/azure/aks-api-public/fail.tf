resource "azurerm_kubernetes_cluster" "open" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  dns_prefix              = "clinic"
  private_cluster_enabled = false # expect: aks-api-public
}

resource "azurerm_kubernetes_cluster" "world" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  dns_prefix              = "clinic"
  private_cluster_enabled = false # expect: aks-api-public
  api_server_access_profile {
    authorized_ip_ranges = ["0.0.0.0/0"]
  }
}
