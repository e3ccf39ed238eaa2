resource "google_kms_crypto_key" "phi" {
  name     = "phi"
  key_ring = "clinic"
}

resource "google_pubsub_topic" "phi" {
  name         = "results"
  kms_key_name = google_kms_crypto_key.phi.id
}
