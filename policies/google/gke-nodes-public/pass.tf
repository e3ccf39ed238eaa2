resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes = true
  }
}
