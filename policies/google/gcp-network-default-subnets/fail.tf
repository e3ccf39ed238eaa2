resource "google_compute_network" "off" {
  name                    = "clinic"
  auto_create_subnetworks = true # expect: gcp-network-default-subnets
}

resource "google_compute_network" "text" {
  name                    = "clinic"
  auto_create_subnetworks = "true" # expect: gcp-network-default-subnets
}

resource "google_project" "silent" { # expect: gcp-network-default-subnets
  name       = "clinic"
  project_id = "clinic"
}
