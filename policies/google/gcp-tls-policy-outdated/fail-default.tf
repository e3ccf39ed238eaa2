resource "google_compute_ssl_policy" "absent" { # expect: gcp-tls-policy-outdated
  name = "portal"
}
