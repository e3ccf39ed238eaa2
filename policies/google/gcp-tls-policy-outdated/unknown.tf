variable "tls" {
  type = string
}

resource "google_compute_ssl_policy" "variable" {
  name            = "portal"
  min_tls_version = var.tls # expect: gcp-tls-policy-outdated
}
