variable "value" {
  type = bool
}

resource "google_compute_network" "variable" {
  name                    = "clinic"
  auto_create_subnetworks = var.value # expect: gcp-network-default-subnets
}
