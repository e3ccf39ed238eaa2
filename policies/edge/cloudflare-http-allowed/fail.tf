resource "cloudflare_zone_setting" "https" {
  zone_id    = "z1"
  setting_id = "always_use_https"
  value      = "off" # expect: cloudflare-http-allowed
}

resource "cloudflare_zone_settings_override" "old" {
  zone_id = "z1"
  settings {
    always_use_https = "off" # expect: cloudflare-http-allowed
  }
}
