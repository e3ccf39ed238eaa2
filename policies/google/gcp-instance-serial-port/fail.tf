resource "google_compute_instance" "serial" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  metadata = {
    serial-port-enable = "TRUE"  # expect: gcp-instance-serial-port
    enable-oslogin     = "FALSE" # expect: gcp-instance-serial-port
  }
}

resource "google_compute_project_metadata_item" "oslogin" {
  key   = "enable-oslogin"
  value = "FALSE" # expect: gcp-instance-serial-port
}
