variable "networks" {
  type = list(string)
}

resource "google_container_cluster" "variable" {
  name     = "clinic"
  location = "us-central1"
  master_authorized_networks_config {
    dynamic "cidr_blocks" {
      for_each = var.networks
      content {
        cidr_block = cidr_blocks.value # expect: gke-endpoint-public
      }
    }
  }
}
