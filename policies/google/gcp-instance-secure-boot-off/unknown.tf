variable "value" {
  type = bool
}

resource "google_compute_instance" "variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  shielded_instance_config {
    enable_secure_boot = var.value # expect: gcp-instance-secure-boot-off
  }
}

resource "google_compute_instance_template" "variable" {
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
  shielded_instance_config {
    enable_secure_boot = var.value # expect: gcp-instance-secure-boot-off
  }
}
