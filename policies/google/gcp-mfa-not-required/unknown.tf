variable "state" {
  type = string
}

resource "google_identity_platform_config" "variable" {
  mfa {
    state = var.state # expect: gcp-mfa-not-required
  }
}
