variable "issue" {
  type = bool
}

resource "google_container_cluster" "variable" {
  name     = "clinic"
  location = "us-central1"
  master_auth {
    client_certificate_config {
      issue_client_certificate = var.issue # expect: gke-client-certificate-issued
    }
  }
}
