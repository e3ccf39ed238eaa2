resource "azurerm_cdn_frontdoor_custom_domain" "old" {
  name                     = "portal"
  cdn_frontdoor_profile_id = "profile"
  host_name                = "portal.clinic.example"
  tls {
    certificate_type    = "ManagedCertificate"
    minimum_tls_version = "TLS10" # expect: azure-front-door-tls-outdated
  }
}

resource "azurerm_cdn_endpoint_custom_domain" "old" {
  name            = "portal"
  cdn_endpoint_id = "endpoint"
  host_name       = "portal.clinic.example"
  cdn_managed_https {
    certificate_type = "Dedicated"
    protocol_type    = "ServerNameIndication"
    tls_version      = "TLS10" # expect: azure-front-door-tls-outdated
  }
}
