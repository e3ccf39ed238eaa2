resource "azurerm_kubernetes_cluster" "private" {
  name                    = "acmephi"
  resource_group_name     = "phi"
  location                = "eastus2"
  dns_prefix              = "clinic"
  private_cluster_enabled = true
}

resource "azurerm_kubernetes_cluster" "ranges" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  dns_prefix          = "clinic"
  api_server_access_profile {
    authorized_ip_ranges = ["198.51.100.0/24"]
  }
}

resource "azurerm_kubernetes_cluster" "ranges_2" {
  name                            = "acmephi"
  resource_group_name             = "phi"
  location                        = "eastus2"
  dns_prefix                      = "clinic"
  api_server_authorized_ip_ranges = ["198.51.100.0/24"]
}

resource "azurerm_kubernetes_cluster" "azurerm_2" {
  name                 = "acmephi"
  resource_group_name  = "phi"
  location             = "eastus2"
  dns_prefix           = "clinic"
  private_link_enabled = true
}
