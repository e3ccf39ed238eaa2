resource "google_dns_managed_zone" "signed" {
  name     = "clinic"
  dns_name = "clinic.example."
  dnssec_config {
    state = "on"
  }
}

resource "google_dns_managed_zone" "inside" {
  name       = "clinic"
  dns_name   = "clinic.internal."
  visibility = "private"
}
