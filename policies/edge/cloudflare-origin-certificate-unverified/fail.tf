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

resource "cloudflare_zero_trust_tunnel_cloudflared_config" "blind" {
  account_id = "a1"
  tunnel_id  = "t1"
  config = {
    ingress = [{
      hostname = "portal.clinic.example"
      service  = "https://portal:8443"
      origin_request = {
        no_tls_verify = true # expect: cloudflare-origin-certificate-unverified
      }
    }]
  }
}

resource "cloudflare_tunnel_config" "blind" {
  account_id = "a1"
  tunnel_id  = "t1"
  config {
    origin_request {
      no_tls_verify = true # expect: cloudflare-origin-certificate-unverified
    }
  }
}
