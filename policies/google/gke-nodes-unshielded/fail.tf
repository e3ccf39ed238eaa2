resource "google_container_cluster" "off" {
  name                  = "clinic"
  location              = "us-central1"
  enable_shielded_nodes = false # expect: gke-nodes-unshielded
}

resource "google_container_node_pool" "off" {
  name    = "apps"
  cluster = "clinic"
  node_config {
    metadata = {
      disable-legacy-endpoints = "false" # expect: gke-nodes-unshielded
    }
    shielded_instance_config {
      enable_integrity_monitoring = false # expect: gke-nodes-unshielded
    }
  }
}
