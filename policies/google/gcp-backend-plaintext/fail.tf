resource "google_compute_backend_service" "http" {
  name     = "portal"
  protocol = "HTTP" # expect: gcp-backend-plaintext
}
