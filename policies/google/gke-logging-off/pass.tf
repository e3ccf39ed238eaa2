resource "google_container_cluster" "phi" {
  name     = "clinic"
  location = "us-central1"
  logging_config {
    enable_components = ["SYSTEM_COMPONENTS", "WORKLOADS"]
  }
}
