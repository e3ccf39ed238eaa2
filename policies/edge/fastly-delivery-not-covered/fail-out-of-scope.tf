# There is an agreement, but it names something else.
resource "fastly_service_vcl" "api" { # expect: fastly-delivery-not-covered
  name = "api"

  domain {
    name = "api.example.org"
  }
}
