resource "google_compute_instance" "off" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  shielded_instance_config {
    enable_secure_boot = false # expect: gcp-instance-secure-boot-off
  }
}

resource "google_compute_instance" "text" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  shielded_instance_config {
    enable_secure_boot = "false" # expect: gcp-instance-secure-boot-off
  }
}

resource "google_compute_instance_template" "off" {
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
  shielded_instance_config {
    enable_secure_boot = false # expect: gcp-instance-secure-boot-off
  }
}

resource "google_compute_instance_template" "text" {
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
  shielded_instance_config {
    enable_secure_boot = "false" # expect: gcp-instance-secure-boot-off
  }
}
