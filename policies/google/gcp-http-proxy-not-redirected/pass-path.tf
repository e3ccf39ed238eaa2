resource "google_compute_target_http_proxy" "paths" {
  name    = "paths"
  url_map = google_compute_url_map.paths.id
}

resource "google_compute_url_map" "paths" {
  name = "paths"
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
      paths = ["/old/*"]
      url_redirect {
        https_redirect = true
        path_redirect  = "/"
        strip_query    = true
      }
    }
  }
}
