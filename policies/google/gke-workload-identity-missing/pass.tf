resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  workload_identity_config {
    workload_pool = "clinic.svc.id.goog"
  }
}
