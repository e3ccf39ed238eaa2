variable "mode" {
  type = string
}

resource "google_alloydb_instance" "variable" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  client_connection_config {
    ssl_config {
      ssl_mode = var.mode # expect: gcp-alloydb-plaintext-allowed
    }
  }
}
