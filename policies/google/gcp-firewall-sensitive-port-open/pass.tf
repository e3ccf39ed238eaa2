resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = "phi"
  source_ranges = ["35.235.240.0/20"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

# The web is for everyone.
resource "google_compute_firewall" "https" {
  name          = "https"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }

  allow {
    protocol = "icmp"
  }
}

resource "google_compute_firewall" "off" {
  name          = "off"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"]
  disabled      = true

  allow {
    protocol = "all"
  }
}

resource "google_compute_firewall" "deny" {
  name          = "deny"
  network       = "phi"
  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}
