resource "fastly_service_vcl" "portal" {
  name = "portal"
  backend {
    name              = "origin"
    address           = "origin.clinic.example"
    port              = 443
    use_ssl           = true
    ssl_cert_hostname = "origin.clinic.example"
  }
}
