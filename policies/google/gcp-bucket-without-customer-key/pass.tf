resource "google_kms_crypto_key" "phi" {
  name     = "phi"
  key_ring = "clinic"
}

resource "google_storage_bucket" "phi" {
  name     = "clinic-phi"
  location = "US"
  encryption {
    default_kms_key_name = google_kms_crypto_key.phi.id
  }
}
