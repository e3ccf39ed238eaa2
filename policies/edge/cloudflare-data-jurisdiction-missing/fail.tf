resource "cloudflare_r2_bucket" "scans" {
  account_id   = "a1"
  name         = "scans"
  jurisdiction = "default" # expect: cloudflare-data-jurisdiction-missing
}
