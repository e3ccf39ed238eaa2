resource "google_compute_instance" "silent" { # expect: gcp-instance-project-ssh-keys
  name         = "portal"
  machine_type = "n2-standard-4"
}

resource "google_compute_instance" "forwards" {
  name           = "portal"
  machine_type   = "n2-standard-4"
  can_ip_forward = true # expect: gcp-instance-project-ssh-keys
  metadata = {
    block-project-ssh-keys = "true"
  }
}
