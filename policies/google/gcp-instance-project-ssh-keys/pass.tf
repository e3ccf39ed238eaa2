resource "google_compute_instance" "blocked" {
  name         = "portal"
  machine_type = "n2-standard-4"
  metadata = {
    block-project-ssh-keys = "TRUE"
  }
}

resource "google_compute_instance" "oslogin" {
  name         = "portal"
  machine_type = "n2-standard-4"
  metadata = {
    enable-oslogin = "TRUE"
  }
}
