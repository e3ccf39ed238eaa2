resource "google_container_cluster" "absent" { # expect: gke-network-policy-missing
  name     = "clinic"
  location = "us-central1"
}

resource "google_container_cluster" "off" { # expect: gke-network-policy-missing
  name     = "clinic"
  location = "us-central1"
  network_policy {
    enabled = false
  }
}
