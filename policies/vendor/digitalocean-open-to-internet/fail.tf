resource "digitalocean_firewall" "ssh" {
  name = "ssh"
  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = ["198.51.100.0/24", "0.0.0.0/0"] # expect: digitalocean-open-to-internet
  }
}

resource "digitalocean_spaces_bucket" "public" {
  name = "scans"
  acl  = "public-read" # expect: digitalocean-open-to-internet
}

resource "digitalocean_loadbalancer" "http" {
  name = "portal"
  forwarding_rule {
    entry_port      = 80
    entry_protocol  = "http" # expect: digitalocean-open-to-internet
    target_port     = 80
    target_protocol = "http"
  }
}
