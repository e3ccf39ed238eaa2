resource "netlify_site_build_settings" "portal" {
  site_id           = "0d4d"
  build_command     = "npm run build"
  publish_directory = "dist"
  production_branch = "main"
}
