resource "google_compute_network_firewall_policy_rule" "https" {
  firewall_policy = "phi"
  priority        = 1000
  action          = "allow"
  direction       = "INGRESS"

  match {
    src_ip_ranges = ["0.0.0.0/0"]

    layer4_configs {
      ip_protocol = "tcp"
      ports       = ["443"]
    }
  }
}

resource "google_compute_network_firewall_policy_with_rules" "web" {
  name = "phi"
  rule {
    priority  = 1000
    direction = "INGRESS"
    action    = "allow"
    match {
      src_ip_ranges = ["0.0.0.0/0"]
      layer4_config {
        ip_protocol = "tcp"
        ports       = ["443"]
      }
    }
  }
  rule {
    priority  = 2000
    direction = "INGRESS"
    action    = "deny"
    match {
      src_ip_ranges = ["0.0.0.0/0"]
      layer4_config {
        ip_protocol = "all"
      }
    }
  }
}
