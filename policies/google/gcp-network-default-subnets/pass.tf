variable "value" {
  default = false
}

resource "google_compute_network" "phi" {
  name                    = "clinic"
  auto_create_subnetworks = false
}

resource "google_compute_network" "from_variable" {
  name                    = "clinic"
  auto_create_subnetworks = var.value
}
