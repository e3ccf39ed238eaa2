resource "google_identity_platform_config" "phi" {
  mfa {
    state = "MANDATORY"
  }
}
