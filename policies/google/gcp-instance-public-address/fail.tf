resource "google_compute_instance" "public" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  network_interface {
    network = "clinic"
    access_config {} # expect: gcp-instance-public-address
  }
}

resource "google_compute_instance_template" "public" {
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
  network_interface {
    network = "clinic"
    access_config { # expect: gcp-instance-public-address
      network_tier = "PREMIUM"
    }
  }
}
