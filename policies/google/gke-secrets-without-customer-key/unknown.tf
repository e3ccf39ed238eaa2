variable "state" {
  type = string
}

resource "google_container_cluster" "variable" {
  name     = "clinic"
  location = "us-central1"
  database_encryption {
    state = var.state # expect: gke-secrets-without-customer-key
  }
}
