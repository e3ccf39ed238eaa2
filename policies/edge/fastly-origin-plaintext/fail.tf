resource "fastly_service_vcl" "portal" {
  name = "portal"
  backend { # expect: fastly-origin-plaintext
    name    = "origin"
    address = "origin.clinic.example"
    port    = 80
  }
  backend {
    name           = "blind"
    address        = "origin.clinic.example"
    port           = 443
    use_ssl        = true
    ssl_check_cert = false # expect: fastly-origin-plaintext
  }
}
