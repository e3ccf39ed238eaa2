variable "version" {
  type = string
}

resource "azurerm_cdn_frontdoor_custom_domain" "variable" {
  name                     = "portal"
  cdn_frontdoor_profile_id = "profile"
  host_name                = "portal.clinic.example"
  tls {
    minimum_tls_version = var.version # expect: azure-front-door-tls-outdated
  }
}
