resource "google_compute_instance" "default" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  service_account { # expect: gcp-instance-default-account
    scopes = ["cloud-platform"]
  }
}

resource "google_compute_instance" "named" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  service_account { # expect: gcp-instance-default-account
    email  = "123456789012-compute@developer.gserviceaccount.com"
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }
}
