resource "google_identity_platform_config" "absent" { # expect: gcp-mfa-not-required
  autodelete_anonymous_users = true
}
