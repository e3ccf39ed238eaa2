variable "email" {
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
  service_account { # expect: gcp-instance-default-account
    email  = var.email
    scopes = ["cloud-platform"]
  }
}
