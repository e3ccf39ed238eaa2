variable "public" {
  type = list(string)
}

resource "google_compute_instance" "variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  network_interface {
    network = "clinic"
    dynamic "access_config" { # expect: gcp-instance-public-address
      for_each = var.public
      content {}
    }
  }
}
