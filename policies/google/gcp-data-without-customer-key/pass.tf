resource "google_kms_crypto_key" "phi" {
  name            = "phi"
  key_ring        = "ring"
  rotation_period = "7776000s"
}

resource "google_spanner_database" "phi" {
  name     = "ehr"
  instance = "clinic"
  encryption_config {
    kms_key_name = google_kms_crypto_key.phi.id
  }
}

resource "google_bigtable_instance" "phi" {
  name = "vitals"
  cluster {
    cluster_id   = "a"
    kms_key_name = google_kms_crypto_key.phi.id
  }
}

resource "google_redis_instance" "phi" {
  name                 = "sessions"
  memory_size_gb       = 4
  customer_managed_key = google_kms_crypto_key.phi.id
}
