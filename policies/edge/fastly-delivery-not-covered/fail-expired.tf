# The agreement that named the runtime has run out.
resource "fastly_service_vcl" "api" { # expect: fastly-delivery-not-covered
  name = "api"

  domain {
    name = "api.example.org"
  }
}
