resource "digitalocean_firewall" "web" {
  name = "web"
  inbound_rule {
    protocol         = "tcp"
    port_range       = "443"
    source_addresses = ["0.0.0.0/0", "::/0"]
  }
  inbound_rule {
    protocol         = "tcp"
    port_range       = "22"
    source_addresses = ["198.51.100.0/24"]
  }
}

resource "digitalocean_spaces_bucket" "silent" {
  name = "scans"
}

resource "digitalocean_loadbalancer" "redirects" {
  name                   = "portal"
  redirect_http_to_https = true
  forwarding_rule {
    entry_port       = 443
    entry_protocol   = "https"
    target_port      = 443
    target_protocol  = "https"
    certificate_name = "portal"
  }
  forwarding_rule {
    entry_port      = 80
    entry_protocol  = "http"
    target_port     = 80
    target_protocol = "http"
  }
}
