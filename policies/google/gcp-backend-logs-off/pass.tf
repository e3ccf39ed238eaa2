resource "google_compute_backend_service" "phi" {
  name     = "portal"
  protocol = "HTTPS"
  log_config {
    enable      = true
    sample_rate = 1.0
  }
}

resource "google_compute_region_backend_service" "passthrough" {
  name          = "ehr"
  health_checks = ["check"]
}
