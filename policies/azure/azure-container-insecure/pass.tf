resource "azurerm_container_group" "phi" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
  ip_address_type     = "Private"
}

resource "azurerm_container_app" "phi" {
  name                         = "portal"
  container_app_environment_id = "environment"
  resource_group_name          = "phi"
  revision_mode                = "Single"
  ingress {
    target_port = 8080
  }
}
