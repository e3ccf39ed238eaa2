variable "mode" {
  type = string
}

resource "cloudflare_zone_setting" "ssl" {
  zone_id    = "z1"
  setting_id = "ssl"
  value      = var.mode # expect: cloudflare-origin-certificate-unverified
}
