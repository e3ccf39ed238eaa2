resource "google_compute_backend_service" "absent" { # expect: gcp-backend-plaintext
  name = "portal"
}

resource "google_compute_region_backend_service" "silent" { # expect: gcp-backend-plaintext
  name                  = "ehr"
  load_balancing_scheme = "INTERNAL_MANAGED"
}
