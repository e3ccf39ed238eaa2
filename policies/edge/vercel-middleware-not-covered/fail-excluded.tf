# The agreement excludes the runtime by name.
resource "vercel_project" "portal" { # expect: vercel-middleware-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
