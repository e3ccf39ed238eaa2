variable "block" {
  type = string
}

resource "google_compute_instance" "variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  metadata = {
    block-project-ssh-keys = var.block # expect: gcp-instance-project-ssh-keys
  }
}
