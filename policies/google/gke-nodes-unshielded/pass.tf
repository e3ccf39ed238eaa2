resource "google_container_cluster" "silent" {
  name     = "clinic"
  location = "us-central1"
}

resource "google_container_node_pool" "phi" {
  name    = "apps"
  cluster = google_container_cluster.silent.id
  node_config {
    metadata = {
      disable-legacy-endpoints = "true"
    }
    shielded_instance_config {
      enable_secure_boot          = true
      enable_integrity_monitoring = true
    }
  }
}
