resource "google_identity_platform_config" "optional" {
  mfa {
    state = "ENABLED" # expect: gcp-mfa-not-required
  }
}
