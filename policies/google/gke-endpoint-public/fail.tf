resource "google_container_cluster" "absent" { # expect: gke-endpoint-public
  name     = "clinic"
  location = "us-central1"
}

resource "google_container_cluster" "world" {
  name     = "clinic"
  location = "us-central1"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0" # expect: gke-endpoint-public
    }
  }
}

resource "google_container_cluster" "all_of_google" {
  name     = "clinic"
  location = "us-central1"
  master_authorized_networks_config {
    gcp_public_cidrs_access_enabled = true # expect: gke-endpoint-public
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
}
