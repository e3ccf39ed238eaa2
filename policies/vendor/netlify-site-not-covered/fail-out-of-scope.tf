# There is an agreement, but it names something else.
resource "netlify_site_domain_settings" "portal" { # expect: netlify-site-not-covered
  site_id       = "0d4d"
  custom_domain = "portal.example.org"
}
