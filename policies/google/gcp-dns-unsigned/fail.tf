resource "google_dns_managed_zone" "silent" { # expect: gcp-dns-unsigned
  name     = "clinic"
  dns_name = "clinic.example."
}

resource "google_dns_managed_zone" "old" {
  name     = "clinic"
  dns_name = "clinic.example."
  dnssec_config {
    state = "on"
    default_key_specs {
      algorithm = "rsasha1" # expect: gcp-dns-unsigned
      key_type  = "zoneSigning"
    }
  }
}
