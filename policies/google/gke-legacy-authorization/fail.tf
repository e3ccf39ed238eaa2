resource "google_container_cluster" "off" {
  name               = "clinic"
  location           = "us-central1"
  enable_legacy_abac = true # expect: gke-legacy-authorization
}

resource "google_container_cluster" "text" {
  name               = "clinic"
  location           = "us-central1"
  enable_legacy_abac = "true" # expect: gke-legacy-authorization
}
