variable "value" {
  default = false
}

resource "google_alloydb_instance" "phi" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = false
  }
}

resource "google_alloydb_instance" "from_variable" {
  cluster       = "clinic"
  instance_id   = "primary"
  instance_type = "PRIMARY"
  network_config {
    enable_public_ip = var.value
  }
}
