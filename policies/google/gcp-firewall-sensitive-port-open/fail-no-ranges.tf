resource "google_compute_network_firewall_policy_rule" "internet" {
  firewall_policy = "phi"
  priority        = 1000
  action          = "allow"
  direction       = "INGRESS"

  match {
    src_network_type = "INTERNET" # expect: gcp-firewall-sensitive-port-open

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}

resource "google_compute_network_firewall_policy_rule" "country" {
  firewall_policy = "phi"
  priority        = 1000
  action          = "allow"
  direction       = "INGRESS"

  match {
    src_region_codes = ["US"] # expect: gcp-firewall-sensitive-port-open

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["22"]
    }
  }
}
