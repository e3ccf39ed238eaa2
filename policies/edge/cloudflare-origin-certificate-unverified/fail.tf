resource "cloudflare_zone_setting" "ssl" {
  zone_id    = "z1"
  setting_id = "ssl"
  value      = "full" # expect: cloudflare-origin-certificate-unverified
}

resource "cloudflare_zone_settings_override" "z" {
  zone_id = "z1"

  settings {
    min_tls_version = "1.2"
    ssl             = "full" # expect: cloudflare-origin-certificate-unverified
  }
}
