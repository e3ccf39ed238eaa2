variable "tls" {
  type = bool
}

resource "fastly_service_vcl" "portal" {
  name = "portal"
  backend {
    name    = "origin"
    address = "origin.clinic.example"
    use_ssl = var.tls # expect: fastly-origin-plaintext
  }
}
