variable "value" {
  type = bool
}

resource "google_container_cluster" "variable" {
  name               = "clinic"
  location           = "us-central1"
  enable_legacy_abac = var.value # expect: gke-legacy-authorization
}
