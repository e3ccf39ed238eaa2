resource "google_compute_target_http_proxy" "paths" {
  name    = "paths"
  url_map = google_compute_url_map.paths.id # expect: gcp-http-proxy-not-redirected
}

# The default redirects, the host of the portal does not.
resource "google_compute_url_map" "paths" {
  name = "paths"
  default_url_redirect {
    https_redirect = true
    strip_query    = false
  }
  host_rule {
    hosts        = ["portal.clinic.example"]
    path_matcher = "portal"
  }
  path_matcher {
    name            = "portal"
    default_service = "portal"
  }
}

resource "google_compute_target_http_proxy" "rule" {
  name    = "rule"
  url_map = google_compute_url_map.rule.id # expect: gcp-http-proxy-not-redirected
}

resource "google_compute_url_map" "rule" {
  name = "rule"
  default_url_redirect {
    https_redirect = true
    strip_query    = false
  }
  path_matcher {
    name = "portal"
    default_url_redirect {
      https_redirect = true
      strip_query    = false
    }
    path_rule {
      paths   = ["/fhir/*"]
      service = "fhir"
    }
  }
}
