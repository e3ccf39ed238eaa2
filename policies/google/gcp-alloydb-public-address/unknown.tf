variable "value" {
  type = bool
}

resource "google_alloydb_instance" "variable" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = var.value # expect: gcp-alloydb-public-address
  }
}
