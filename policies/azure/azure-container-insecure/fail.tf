resource "azurerm_container_app" "http" {
  name                         = "portal"
  container_app_environment_id = "environment"
  resource_group_name          = "phi"
  revision_mode                = "Single"
  ingress {
    allow_insecure_connections = true # expect: azure-container-insecure
    target_port                = 8080
  }
}

resource "azurerm_container_group" "public" {
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
  ip_address_type     = "Public" # expect: azure-container-insecure
}

resource "azurerm_container_group" "absent" { # expect: azure-container-insecure
  name                = "acmephi"
  resource_group_name = "phi"
  location            = "eastus2"
  os_type             = "Linux"
}
