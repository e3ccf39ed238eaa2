# No agreement is needed for a plain DNS record.
resource "cloudflare_dns_record" "portal" {
  zone_id = "z1"
  name    = "portal.example.org"
  type    = "A"
  ttl     = 1
  content = "198.51.100.7"
  proxied = false
}

# Not proxied unless told.
resource "cloudflare_dns_record" "api" {
  zone_id = "z1"
  name    = "api.example.org"
  type    = "A"
  ttl     = 1
  content = "198.51.100.7"
}
