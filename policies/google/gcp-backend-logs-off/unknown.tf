variable "log" {
  type = bool
}

resource "google_compute_backend_service" "variable" {
  name     = "portal"
  protocol = "HTTPS"
  log_config {
    enable = var.log # expect: gcp-backend-logs-off
  }
}
