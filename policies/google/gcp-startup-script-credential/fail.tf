resource "google_compute_instance" "script" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  metadata_startup_script = "export DB_PASSWORD=hunter2-Kx93mQpz" # expect: gcp-startup-script-credential
}

resource "google_compute_instance" "metadata" {
  name         = "portal"
  machine_type = "n2-standard-4"
  boot_disk {
    initialize_params {
      image = "debian-12"
    }
  }
  metadata = {
    startup-script = "export API_KEY=hunter2-Kx93mQpz" # expect: gcp-startup-script-credential
  }
}
