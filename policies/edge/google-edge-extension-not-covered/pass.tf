resource "google_network_services_edge_cache_origin" "video" {
  name           = "video"
  origin_address = "origin.example.org"
}
