resource "google_container_cluster" "absent" {
  name     = "clinic"
  location = "us-central1"
}
