variable "state" {
  type = string
}

resource "google_dns_managed_zone" "variable" {
  name     = "clinic"
  dns_name = "clinic.example."
  dnssec_config {
    state = var.state # expect: gcp-dns-unsigned
  }
}
