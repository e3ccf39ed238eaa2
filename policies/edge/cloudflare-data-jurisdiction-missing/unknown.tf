variable "jurisdiction" {
  type = string
}

resource "cloudflare_r2_bucket" "scans" {
  account_id   = "a1"
  name         = "scans"
  jurisdiction = var.jurisdiction # expect: cloudflare-data-jurisdiction-missing
}
