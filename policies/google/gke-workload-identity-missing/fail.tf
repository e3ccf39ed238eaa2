resource "google_container_cluster" "absent" { # expect: gke-workload-identity-missing
  name     = "clinic"
  location = "us-central1"
}
