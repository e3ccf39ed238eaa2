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

resource "azurerm_cdn_endpoint" "https" {
  name                = "portal"
  profile_name        = "portal"
  resource_group_name = "phi"
  location            = "global"
  is_http_allowed     = false
}

resource "azurerm_cdn_endpoint" "redirected" {
  name                = "portal"
  profile_name        = "portal"
  resource_group_name = "phi"
  location            = "global"
  delivery_rule {
    name  = "https"
    order = 1
    request_scheme_condition {
      match_values = ["HTTP"]
    }
    url_redirect_action {
      redirect_type = "PermanentRedirect"
      protocol      = "Https"
    }
  }
}

resource "azurerm_frontdoor" "classic" {
  name                = "portal"
  resource_group_name = "phi"
  routing_rule {
    name               = "redirect"
    accepted_protocols = ["Http"]
    patterns_to_match  = ["/*"]
    frontend_endpoints = ["portal"]
    redirect_configuration {
      redirect_protocol = "HttpsOnly"
      redirect_type     = "Moved"
    }
  }
  routing_rule {
    name               = "portal"
    accepted_protocols = ["Https"]
    patterns_to_match  = ["/*"]
    frontend_endpoints = ["portal"]
    forwarding_configuration {
      backend_pool_name = "portal"
    }
  }
}
