variable "serial" {
  type = string
}

resource "google_compute_instance" "variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  metadata = {
    serial-port-enable = var.serial # expect: gcp-instance-serial-port
  }
}
