resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_firewall" "range" {
  name    = "range"
  network = "phi"
  source_ranges = [
    "10.0.0.0/8",
    "::/0", # expect: gcp-firewall-sensitive-port-open
  ]

  allow {
    protocol = "tcp"
    ports    = ["443", "5000-6000"]
  }
}

# Without ports: all of them.
resource "google_compute_firewall" "everything" {
  name          = "everything"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open

  allow {
    protocol = "tcp"
  }
}

resource "google_compute_firewall" "ftp" {
  name          = "ftp"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open
  allow {
    protocol = "tcp"
    ports    = ["20-21"]
  }
}
