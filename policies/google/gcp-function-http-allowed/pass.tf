resource "google_cloudfunctions_function" "phi" {
  name                         = "intake"
  runtime                      = "nodejs20"
  trigger_http                 = true
  https_trigger_security_level = "SECURE_ALWAYS"
}

resource "google_app_engine_standard_app_version" "portal" {
  service = "portal"
  runtime = "nodejs20"
  handlers {
    url_regex      = ".*"
    security_level = "SECURE_ALWAYS"
  }
}
