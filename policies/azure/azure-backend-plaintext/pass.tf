resource "azurerm_application_gateway" "https" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  backend_http_settings {
    name                  = "portal"
    cookie_based_affinity = "Disabled"
    port                  = 443
    protocol              = "Https"
    request_timeout       = 60
  }
}

# The protocol of the backend is HTTP as opposed to SOAP; the address tells of TLS.
resource "azurerm_api_management_backend" "https" {
  name                = "ehr"
  resource_group_name = "phi"
  api_management_name = "acmephi"
  protocol            = "http"
  url                 = "https://ehr.clinic.example"
}
