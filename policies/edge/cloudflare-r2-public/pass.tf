resource "cloudflare_r2_managed_domain" "scans" {
  account_id  = "a1"
  bucket_name = "scans"
  enabled     = false
}
