resource "azurerm_cdn_frontdoor_route" "phi" {
  name                = "portal"
  supported_protocols = ["Http", "Https"]
  forwarding_protocol = "HttpsOnly"
}

# Requests over HTTP are redirected, so what is left to match is HTTPS.
resource "azurerm_cdn_frontdoor_route" "matched" {
  name                          = "matched"
  cdn_frontdoor_endpoint_id     = "endpoint"
  cdn_frontdoor_origin_group_id = "origins"
  cdn_frontdoor_origin_ids      = ["origin"]
  patterns_to_match             = ["/*"]
  supported_protocols           = ["Http", "Https"]
  https_redirect_enabled        = true
  forwarding_protocol           = "MatchRequest"
}
