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

resource "azurerm_cdn_endpoint" "silent" { # expect: azure-front-door-plaintext
  name                = "portal"
  profile_name        = "portal"
  resource_group_name = "phi"
  location            = "global"
}

resource "azurerm_frontdoor" "classic" {
  name                = "portal"
  resource_group_name = "phi"
  routing_rule {
    name               = "portal"
    accepted_protocols = ["Http", "Https"] # expect: azure-front-door-plaintext
    patterns_to_match  = ["/*"]
    frontend_endpoints = ["portal"]
    forwarding_configuration {
      forwarding_protocol = "MatchRequest" # expect: azure-front-door-plaintext
      backend_pool_name   = "portal"
    }
  }
}
