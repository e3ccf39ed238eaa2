variable "https" {
  type = string
}

resource "cloudflare_zone_setting" "https" {
  zone_id    = "z1"
  setting_id = "always_use_https"
  value      = var.https # expect: cloudflare-http-allowed
}
