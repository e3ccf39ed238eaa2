variable "protocol" {
  type = string
}

variable "url" {
  type = string
}

resource "azurerm_application_gateway" "variable" {
  name                = "portal"
  resource_group_name = "phi"
  location            = "eastus2"
  backend_http_settings {
    name                  = "portal"
    cookie_based_affinity = "Disabled"
    port                  = 443
    protocol              = var.protocol # expect: azure-backend-plaintext
    request_timeout       = 60
  }
}

resource "azurerm_api_management_backend" "variable" {
  name                = "ehr"
  resource_group_name = "phi"
  api_management_name = "acmephi"
  protocol            = "http"
  url                 = var.url # expect: azure-backend-plaintext
}
