variable "level" {
  type = string
}

resource "google_cloudfunctions_function" "variable" {
  name                         = "intake"
  runtime                      = "nodejs20"
  trigger_http                 = true
  https_trigger_security_level = var.level # expect: gcp-function-http-allowed
}
