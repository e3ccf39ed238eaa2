variable "service" {
  type = string
}

resource "google_container_cluster" "variable" {
  name            = "clinic"
  location        = "us-central1"
  logging_service = var.service # expect: gke-logging-off
}
