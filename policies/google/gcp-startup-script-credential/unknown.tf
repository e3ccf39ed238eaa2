variable "script" {
  type = string
}

resource "google_compute_instance" "variable" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  metadata_startup_script = var.script # expect: gcp-startup-script-credential
}
