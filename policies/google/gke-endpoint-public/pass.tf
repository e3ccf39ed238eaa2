resource "google_container_cluster" "private" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
}

resource "google_container_cluster" "office" {
  name     = "clinic"
  location = "us-central1"
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "198.51.100.0/24"
    }
  }
}

resource "google_container_cluster" "private_endpoint" {
  name     = "clinic"
  location = "us-central1"
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0"
    }
  }
}
