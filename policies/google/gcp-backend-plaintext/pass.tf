resource "google_compute_backend_service" "phi" {
  name     = "portal"
  protocol = "HTTPS"
}

# A passthrough balancer of a region, by default and by name.
resource "google_compute_region_backend_service" "silent" {
  name          = "ehr"
  health_checks = ["check"]
}

resource "google_compute_region_backend_service" "outside" {
  name                  = "ehr"
  load_balancing_scheme = "EXTERNAL"
  protocol              = "UNSPECIFIED"
}
