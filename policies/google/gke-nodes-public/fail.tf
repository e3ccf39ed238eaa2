resource "google_container_cluster" "off" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes = false # expect: gke-nodes-public
  }
}

resource "google_container_node_pool" "public" {
  name    = "apps"
  cluster = "clinic"
  network_config {
    enable_private_nodes = false # expect: gke-nodes-public
  }
}
