resource "cloudflare_pages_project" "portal" {
  account_id        = "a1"
  name              = "patient-portal"
  production_branch = "main"
}
