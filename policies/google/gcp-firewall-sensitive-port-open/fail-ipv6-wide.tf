resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = "phi"
  source_ranges = ["2600::/12"] # expect: gcp-firewall-sensitive-port-open

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
