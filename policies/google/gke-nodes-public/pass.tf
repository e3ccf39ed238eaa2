resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes = true
  }
}

resource "google_container_cluster" "pools" {
  name                     = "pools"
  location                 = "us-central1"
  remove_default_node_pool = true
  initial_node_count       = 1
}

resource "google_container_node_pool" "private" {
  name    = "apps"
  cluster = google_container_cluster.pools.id
  network_config {
    enable_private_nodes = true
  }
}
