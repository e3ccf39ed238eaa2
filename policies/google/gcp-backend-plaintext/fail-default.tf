resource "google_compute_backend_service" "absent" { # expect: gcp-backend-plaintext
  name = "portal"
}
