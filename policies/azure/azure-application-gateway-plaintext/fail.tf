resource "azurerm_application_gateway" "http" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  http_listener {
    name                           = "http"
    frontend_ip_configuration_name = "public"
    frontend_port_name             = "80"
    protocol                       = "Http" # expect: azure-application-gateway-plaintext
  }
  request_routing_rule {
    name                       = "http"
    rule_type                  = "Basic"
    http_listener_name         = "http"
    backend_address_pool_name  = "portal"
    backend_http_settings_name = "portal"
  }
}
