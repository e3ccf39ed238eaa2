resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  workload_identity_config {
    workload_pool = "clinic.svc.id.goog"
  }
}

resource "google_container_node_pool" "apps" {
  name    = "apps"
  cluster = google_container_cluster.phi.id
  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
