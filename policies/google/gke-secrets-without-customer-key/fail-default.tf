resource "google_container_cluster" "absent" { # expect: gke-secrets-without-customer-key
  name     = "clinic"
  location = "us-central1"
}
