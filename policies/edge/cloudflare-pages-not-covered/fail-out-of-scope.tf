# There is an agreement, but it names something else.
resource "cloudflare_pages_project" "portal" { # expect: cloudflare-pages-not-covered
  account_id        = "a1"
  name              = "patient-portal"
  production_branch = "main"
}
