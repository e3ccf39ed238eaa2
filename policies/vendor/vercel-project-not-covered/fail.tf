# No agreement is recorded.
resource "vercel_project" "portal" { # expect: vercel-project-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
