variable "office" {
  type = string
}

resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = "phi"
  source_ranges = [var.office] # expect: gcp-firewall-sensitive-port-open

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

# Whatever the source is, this port may be open.
resource "google_compute_firewall" "https" {
  name          = "https"
  network       = "phi"
  source_ranges = [var.office]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}
