resource "google_container_cluster" "absent" { # expect: gke-nodes-public
  name     = "clinic"
  location = "us-central1"
}
