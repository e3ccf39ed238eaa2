# There is an agreement, but not for this runtime.
resource "vercel_project" "portal" { # expect: vercel-middleware-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
