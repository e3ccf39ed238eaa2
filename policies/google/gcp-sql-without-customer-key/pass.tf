resource "google_kms_crypto_key" "phi" {
  name     = "phi"
  key_ring = "clinic"
}

resource "google_sql_database_instance" "phi" {
  name                = "ehr"
  database_version    = "POSTGRES_16"
  encryption_key_name = google_kms_crypto_key.phi.id
}
