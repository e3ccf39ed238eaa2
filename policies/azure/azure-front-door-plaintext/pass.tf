resource "azurerm_cdn_frontdoor_route" "phi" {
  name                = "portal"
  supported_protocols = ["Http", "Https"]
  forwarding_protocol = "HttpsOnly"
}
