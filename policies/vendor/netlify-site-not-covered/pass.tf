resource "netlify_site_domain_settings" "portal" {
  site_id       = "0d4d"
  custom_domain = "portal.example.org"
}
