resource "fastly_service_vcl" "https" {
  name = "portal"
  request_setting {
    name      = "https"
    force_ssl = true
  }
}
