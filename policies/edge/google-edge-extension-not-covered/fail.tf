# No agreement is recorded.
resource "google_network_services_edge_cache_origin" "video" { # expect: google-edge-extension-not-covered
  name           = "video"
  origin_address = "origin.example.org"
}
