resource "google_cloudfunctions_function" "http" {
  name                         = "intake"
  runtime                      = "nodejs20"
  trigger_http                 = true
  https_trigger_security_level = "SECURE_OPTIONAL" # expect: gcp-function-http-allowed
}
