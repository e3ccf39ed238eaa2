variable "value" {
  default = true
}

resource "google_compute_instance" "phi" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  shielded_instance_config {
    enable_secure_boot = true
  }
}

resource "google_compute_instance_template" "phi" {
  machine_type = "n2-standard-4"
  disk {
    source_image = "debian-12"
  }
  shielded_instance_config {
    enable_secure_boot = true
  }
}

resource "google_compute_instance" "from_variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  shielded_instance_config {
    enable_secure_boot = var.value
  }
}
