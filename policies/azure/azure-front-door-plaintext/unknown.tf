variable "redirect" {
  type = bool
}

resource "azurerm_cdn_frontdoor_route" "variable" {
  name                   = "portal"
  supported_protocols    = ["Http", "Https"]
  https_redirect_enabled = var.redirect # expect: azure-front-door-plaintext
  forwarding_protocol    = "HttpsOnly"
}
