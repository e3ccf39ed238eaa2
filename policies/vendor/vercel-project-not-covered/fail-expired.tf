# The agreement that named the runtime has run out.
resource "vercel_project" "portal" { # expect: vercel-project-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
