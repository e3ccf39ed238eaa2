variable "private" {
  type = bool
}

resource "google_container_cluster" "variable" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes = var.private # expect: gke-nodes-public
  }
}
