resource "google_compute_subnetwork" "phi" {
  name          = "phi"
  network       = "clinic"
  ip_cidr_range = "10.0.0.0/24"
  log_config {
    flow_sampling = 1
  }
}

resource "google_compute_subnetwork" "proxy" {
  name          = "phi"
  network       = "clinic"
  ip_cidr_range = "10.0.0.0/24"
  purpose       = "REGIONAL_MANAGED_PROXY"
  role          = "ACTIVE"
}
