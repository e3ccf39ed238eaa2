resource "google_compute_backend_service" "sampled" {
  name                  = "portal"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  log_config {
    enable      = true
    sample_rate = 0 # expect: gcp-backend-logs-off
  }
}
