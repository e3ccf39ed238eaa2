resource "cloudflare_dns_record" "portal" {
  zone_id = "z1"
  name    = "portal.example.org"
  type    = "A"
  ttl     = 1
  content = "198.51.100.7"
  proxied = true
}

resource "cloudflare_record" "ehr" {
  zone_id = "z1"
  name    = "ehr"
  type    = "A"
  content = "198.51.100.7"
  proxied = true
}

resource "cloudflare_zero_trust_tunnel_cloudflared" "ehr" {
  account_id = "a1"
  name       = "ehr"
}
