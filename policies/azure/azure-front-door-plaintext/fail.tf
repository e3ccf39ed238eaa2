resource "azurerm_cdn_frontdoor_route" "http" {
  name                   = "portal"
  supported_protocols    = ["Http", "Https"]
  https_redirect_enabled = false # expect: azure-front-door-plaintext
  forwarding_protocol    = "HttpsOnly"
}

resource "azurerm_cdn_frontdoor_route" "origin" {
  name                = "portal"
  supported_protocols = ["Http", "Https"]
  forwarding_protocol = "HttpOnly" # expect: azure-front-door-plaintext
}
