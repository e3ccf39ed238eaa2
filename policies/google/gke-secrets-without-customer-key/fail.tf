resource "google_container_cluster" "off" {
  name     = "clinic"
  location = "us-central1"
  database_encryption {
    state = "DECRYPTED" # expect: gke-secrets-without-customer-key
  }
}
