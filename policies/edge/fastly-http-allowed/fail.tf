resource "fastly_service_vcl" "silent" { # expect: fastly-http-allowed
  name = "portal"
}

resource "fastly_service_vcl" "off" { # expect: fastly-http-allowed
  name = "portal"
  request_setting {
    name      = "https"
    force_ssl = false
  }
}
