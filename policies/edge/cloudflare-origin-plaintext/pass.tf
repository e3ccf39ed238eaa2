resource "cloudflare_zone_setting" "ssl" {
  zone_id    = "z1"
  setting_id = "ssl"
  value      = "strict"
}

# Another setting.
resource "cloudflare_zone_setting" "hints" {
  zone_id    = "z1"
  setting_id = "early_hints"
  value      = "off"
}

resource "cloudflare_zone_settings_override" "old" {
  zone_id = "z1"

  settings {
    min_tls_version = "1.2"
    ssl             = "strict"
  }
}
