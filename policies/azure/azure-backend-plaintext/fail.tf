resource "azurerm_application_gateway" "http" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  backend_http_settings {
    name                  = "portal"
    cookie_based_affinity = "Disabled"
    port                  = 80
    protocol              = "Http" # expect: azure-backend-plaintext
    request_timeout       = 60
  }
}

resource "azurerm_api_management_backend" "http" {
  name                = "ehr"
  resource_group_name = "phi"
  api_management_name = "acmephi"
  protocol            = "http"
  url                 = "http://ehr.clinic.example" # expect: azure-backend-plaintext
}

resource "azurerm_api_management_backend" "blind" {
  name                = "ehr"
  resource_group_name = "phi"
  api_management_name = "acmephi"
  protocol            = "http"
  url                 = "https://ehr.clinic.example"
  tls {
    validate_certificate_chain = false # expect: azure-backend-plaintext
  }
}

resource "azurerm_cdn_frontdoor_origin" "blind" {
  name                           = "portal"
  cdn_frontdoor_origin_group_id  = "origins"
  host_name                      = "portal.clinic.example"
  certificate_name_check_enabled = false # expect: azure-backend-plaintext
}
