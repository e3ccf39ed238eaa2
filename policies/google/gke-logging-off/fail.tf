resource "google_container_cluster" "off" {
  name            = "clinic"
  location        = "us-central1"
  logging_service = "none" # expect: gke-logging-off
}

resource "google_container_cluster" "empty" {
  name     = "clinic"
  location = "us-central1"
  logging_config {
    enable_components = [] # expect: gke-logging-off
  }
}
