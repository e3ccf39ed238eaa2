resource "google_cloudfunctions_function" "phi" {
  name                         = "intake"
  runtime                      = "nodejs20"
  trigger_http                 = true
  https_trigger_security_level = "SECURE_ALWAYS"
}
