resource "google_alloydb_instance" "both" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  client_connection_config {
    ssl_config {
      ssl_mode = "ALLOW_UNENCRYPTED_AND_ENCRYPTED" # expect: gcp-alloydb-plaintext-allowed
    }
  }
}
