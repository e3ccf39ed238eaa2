resource "google_compute_ssl_policy" "old" {
  name            = "portal"
  min_tls_version = "TLS_1_1" # expect: gcp-tls-policy-outdated
}

resource "google_compute_target_https_proxy" "none" { # expect: gcp-tls-policy-outdated
  name    = "portal"
  url_map = "portal"
}
