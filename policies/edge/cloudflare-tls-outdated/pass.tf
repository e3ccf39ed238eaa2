resource "cloudflare_zone_setting" "tls" {
  zone_id    = "z1"
  setting_id = "min_tls_version"
  value      = "1.2"
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
    min_tls_version = "1.3"
  }
}
