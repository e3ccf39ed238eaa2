resource "azurerm_cdn_frontdoor_custom_domain" "phi" {
  name                     = "portal"
  cdn_frontdoor_profile_id = "profile"
  host_name                = "portal.clinic.example"
  tls {
    certificate_type    = "ManagedCertificate"
    minimum_tls_version = "TLS12"
  }
}

resource "azurerm_cdn_frontdoor_custom_domain" "silent" {
  name                     = "portal"
  cdn_frontdoor_profile_id = "profile"
  host_name                = "portal.clinic.example"
  tls {
    certificate_type = "ManagedCertificate"
  }
}
