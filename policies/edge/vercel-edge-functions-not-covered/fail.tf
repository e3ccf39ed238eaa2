# There is an agreement, but not for this runtime.
resource "vercel_project" "portal" { # expect: vercel-edge-functions-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
