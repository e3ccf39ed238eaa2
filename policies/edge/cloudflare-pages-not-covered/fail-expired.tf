# The agreement that named the runtime has run out.
resource "cloudflare_pages_project" "portal" { # expect: cloudflare-pages-not-covered
  account_id        = "a1"
  name              = "patient-portal"
  production_branch = "main"
}
