variable "value" {
  default = false
}

resource "google_container_cluster" "phi" {
  name               = "clinic"
  location           = "us-central1"
  enable_legacy_abac = false
}

resource "google_container_cluster" "from_variable" {
  name               = "clinic"
  location           = "us-central1"
  enable_legacy_abac = var.value
}
