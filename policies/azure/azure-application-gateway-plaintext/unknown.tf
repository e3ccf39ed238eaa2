variable "protocol" {
  type = string
}

resource "azurerm_application_gateway" "variable" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  http_listener {
    name                           = "http"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "80"
    protocol                       = var.protocol # expect: azure-application-gateway-plaintext
  }
}
