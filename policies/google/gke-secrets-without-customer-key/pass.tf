resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  database_encryption {
    state    = "ENCRYPTED"
    key_name = "key"
  }
}
