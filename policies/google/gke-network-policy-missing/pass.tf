resource "google_container_cluster" "phi" {
  name              = "clinic"
  location          = "us-central1"
  datapath_provider = "ADVANCED_DATAPATH"
}

resource "google_container_cluster" "calico" {
  name     = "clinic"
  location = "us-central1"
  network_policy {
    enabled = true
  }
}

resource "google_container_cluster" "autopilot" {
  name             = "clinic"
  location         = "us-central1"
  enable_autopilot = true
}
