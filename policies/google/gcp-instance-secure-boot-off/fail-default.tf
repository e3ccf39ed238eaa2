# What is not written is off.
resource "google_compute_instance" "absent" { # expect: gcp-instance-secure-boot-off
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
}

resource "google_compute_instance_template" "absent" { # expect: gcp-instance-secure-boot-off
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
}
