resource "google_compute_ssl_policy" "modern" {
  name            = "portal"
  min_tls_version = "TLS_1_2"
  profile         = "MODERN"
}

resource "google_compute_target_https_proxy" "phi" {
  name       = "portal"
  url_map    = "portal"
  ssl_policy = google_compute_ssl_policy.modern.id
}
