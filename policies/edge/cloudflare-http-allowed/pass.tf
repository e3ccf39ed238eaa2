resource "cloudflare_zone_setting" "https" {
  zone_id    = "z1"
  setting_id = "always_use_https"
  value      = "on"
}

resource "cloudflare_zone_settings_override" "old" {
  zone_id = "z1"
  settings {
    always_use_https = "on"
  }
}
