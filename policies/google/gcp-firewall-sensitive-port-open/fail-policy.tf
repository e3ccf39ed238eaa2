resource "google_compute_network_firewall_policy_rule" "rdp" {
  firewall_policy = "phi"
  priority        = 1000
  action          = "allow"
  direction       = "INGRESS"

  match {
    src_ip_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["3389"]
    }
  }
}

resource "google_compute_firewall_policy_rule" "everything" {
  firewall_policy = "folders-phi"
  priority        = 1000
  action          = "allow"
  direction       = "INGRESS"

  match {
    src_ip_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open

    layer4_configs {
      ip_protocol = "all"
    }
  }
}

resource "google_compute_region_network_firewall_policy_rule" "oracle" {
  firewall_policy = "phi"
  region          = "us-central1"
  priority        = 1000
  direction       = "INGRESS"
  action          = "allow"
  match {
    src_ip_ranges = ["0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open
    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["1521"]
    }
  }
}

resource "google_compute_network_firewall_policy_with_rules" "ssh" {
  name = "phi"
  rule {
    priority  = 1000
    direction = "INGRESS"
    action    = "allow"
    match {
      src_ip_ranges = ["198.51.100.0/24", "0.0.0.0/0"] # expect: gcp-firewall-sensitive-port-open
      layer4_config {
        ip_protocol = "tcp"
        ports       = ["22"]
      }
    }
  }
}
