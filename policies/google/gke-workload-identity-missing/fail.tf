resource "google_container_cluster" "absent" { # expect: gke-workload-identity-missing
  name     = "clinic"
  location = "us-central1"
}

resource "google_container_node_pool" "exposed" {
  name    = "apps"
  cluster = "clinic"
  node_config {
    workload_metadata_config {
      mode = "GCE_METADATA" # expect: gke-workload-identity-missing
    }
  }
}
