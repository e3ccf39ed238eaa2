resource "google_alloydb_instance" "off" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = true # expect: gcp-alloydb-public-address
  }
}

resource "google_alloydb_instance" "text" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = "true" # expect: gcp-alloydb-public-address
  }
}
