resource "google_compute_target_http_proxy" "http" {
  name    = "http"
  url_map = google_compute_url_map.portal.id # expect: gcp-http-proxy-not-redirected
}

resource "google_compute_url_map" "portal" {
  name            = "portal"
  default_service = "portal"
}
