# There is an agreement, but it names something else.
resource "cloudflare_dns_record" "portal" {
  zone_id = "z1"
  name    = "portal.example.org"
  type    = "A"
  ttl     = 1
  content = "198.51.100.7"
  proxied = true # expect: cloudflare-proxy-not-covered
}
