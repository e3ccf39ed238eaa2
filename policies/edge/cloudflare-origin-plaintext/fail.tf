resource "cloudflare_zone_setting" "ssl" {
  zone_id    = "z1"
  setting_id = "ssl"
  value      = "flexible" # expect: cloudflare-origin-plaintext
}

resource "cloudflare_zone_setting" "none" {
  zone_id    = "z1"
  setting_id = "ssl"
  value      = "off" # expect: cloudflare-origin-plaintext
}

resource "cloudflare_zone_settings_override" "z" {
  zone_id = "z1"

  settings {
    min_tls_version = "1.2"
    ssl             = "flexible" # expect: cloudflare-origin-plaintext
  }
}
