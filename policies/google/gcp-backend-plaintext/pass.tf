resource "google_compute_backend_service" "phi" {
  name     = "portal"
  protocol = "HTTPS"
}
