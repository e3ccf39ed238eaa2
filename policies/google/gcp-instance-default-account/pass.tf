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

resource "google_container_cluster" "phi" {
  name                     = "clinic"
  location                 = "us-central1"
  remove_default_node_pool = true
  initial_node_count       = 1
}

resource "google_container_node_pool" "apps" {
  name    = "apps"
  cluster = google_container_cluster.phi.id
  node_config {
    service_account = google_service_account.portal.email
  }
}

resource "google_container_cluster" "autopilot" {
  name             = "clinic"
  location         = "us-central1"
  enable_autopilot = true
}

resource "google_compute_instance" "none" {
  name         = "portal"
  machine_type = "n2-standard-4"
}
