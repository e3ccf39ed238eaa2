resource "google_service_account" "portal" {
  account_id = "portal"
}

resource "google_compute_instance" "phi" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  service_account {
    email  = google_service_account.portal.email
    scopes = ["cloud-platform"]
  }
}
