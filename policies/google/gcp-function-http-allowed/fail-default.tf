resource "google_cloudfunctions_function" "absent" { # expect: gcp-function-http-allowed
  name         = "intake"
  runtime      = "nodejs20"
  trigger_http = true
}
