variable "path" {
  type = string
}

resource "google_container_cluster" "variable" { # expect: gke-network-policy-missing
  name              = "clinic"
  location          = "us-central1"
  datapath_provider = var.path
}
