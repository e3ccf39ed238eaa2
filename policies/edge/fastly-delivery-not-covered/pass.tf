resource "fastly_service_vcl" "api" {
  name = "api"

  domain {
    name = "api.example.org"
  }
}
