resource "google_compute_backend_service" "silent" { # expect: gcp-backend-logs-off
  name     = "portal"
  protocol = "HTTPS"
}

resource "google_compute_region_backend_service" "off" {
  name                  = "portal"
  load_balancing_scheme = "INTERNAL_MANAGED"
  protocol              = "HTTPS"
  log_config {
    enable = false # expect: gcp-backend-logs-off
  }
}
