variable "protocol" {
  type = string
}

resource "google_compute_backend_service" "variable" {
  name     = "portal"
  protocol = var.protocol # expect: gcp-backend-plaintext
}
