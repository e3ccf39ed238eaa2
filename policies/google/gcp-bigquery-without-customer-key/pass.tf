resource "google_kms_crypto_key" "phi" {
  name     = "phi"
  key_ring = "clinic"
}

resource "google_bigquery_dataset" "phi" {
  dataset_id = "claims"
  default_encryption_configuration {
    kms_key_name = google_kms_crypto_key.phi.id
  }
}
