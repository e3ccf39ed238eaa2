variable "pools" {
  type = list(string)
}

resource "google_container_cluster" "variable" { # expect: gke-workload-identity-missing
  name     = "clinic"
  location = "us-central1"
  dynamic "workload_identity_config" {
    for_each = var.pools
    content {
      workload_pool = workload_identity_config.value
    }
  }
}
