# What is not written is off.
resource "google_compute_network" "absent" { # expect: gcp-network-default-subnets
  name = "clinic"
}
