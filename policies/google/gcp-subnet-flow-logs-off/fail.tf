resource "google_compute_subnetwork" "silent" { # expect: gcp-subnet-flow-logs-off
  name          = "phi"
  network       = "clinic"
  ip_cidr_range = "10.0.0.0/24"
}
