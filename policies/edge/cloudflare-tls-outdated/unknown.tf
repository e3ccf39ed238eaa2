variable "version" {
  type = string
}

resource "cloudflare_zone_setting" "tls" {
  zone_id    = "z1"
  setting_id = "min_tls_version"
  value      = var.version # expect: cloudflare-tls-outdated
}
