# There is an agreement, but it names something else.
resource "vercel_project" "portal" { # expect: vercel-project-not-covered
  name      = "patient-portal"
  framework = "nextjs"
}
