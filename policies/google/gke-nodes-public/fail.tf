resource "google_container_cluster" "off" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes = false # expect: gke-nodes-public
  }
}
