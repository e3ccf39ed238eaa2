# Anywhere unless tied.
resource "cloudflare_r2_bucket" "scans" { # expect: cloudflare-data-jurisdiction-missing
  account_id = "a1"
  name       = "scans"
}

resource "cloudflare_d1_database" "intake" { # expect: cloudflare-data-jurisdiction-missing
  account_id = "a1"
  name       = "intake"
}
