resource "google_kms_crypto_key" "phi" {
  name     = "phi"
  key_ring = "clinic"
}

resource "google_compute_disk" "scans" {
  name = "scans"
  disk_encryption_key {
    kms_key_self_link = google_kms_crypto_key.phi.id
  }
}
