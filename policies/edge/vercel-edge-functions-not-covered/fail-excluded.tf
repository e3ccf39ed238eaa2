# The agreement excludes the runtime by name.
resource "vercel_project" "portal" { # expect: vercel-edge-functions-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
