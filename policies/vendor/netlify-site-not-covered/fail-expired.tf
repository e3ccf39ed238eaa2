# The agreement that named the runtime has run out.
resource "netlify_site_domain_settings" "portal" { # expect: netlify-site-not-covered
  site_id       = "0d4d"
  custom_domain = "portal.example.org"
}
