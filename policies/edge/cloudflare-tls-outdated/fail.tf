resource "cloudflare_zone_setting" "tls" {
  zone_id    = "z1"
  setting_id = "min_tls_version"
  value      = "1.0" # expect: cloudflare-tls-outdated
}

resource "cloudflare_zone_settings_override" "old" {
  zone_id = "z1"
  settings {
    min_tls_version = "1.1" # expect: cloudflare-tls-outdated
    ssl             = "strict"
  }
}

resource "cloudflare_hostname_tls_setting" "portal" {
  zone_id    = "z1"
  hostname   = "portal.clinic.example"
  setting_id = "min_tls_version"
  value      = "1.0" # expect: cloudflare-tls-outdated
}
