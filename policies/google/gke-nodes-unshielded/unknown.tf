variable "shielded" {
  type = bool
}

resource "google_container_cluster" "variable" {
  name                  = "clinic"
  location              = "us-central1"
  enable_shielded_nodes = var.shielded # expect: gke-nodes-unshielded
}
