resource "vercel_project" "portal" {
  name      = "patient-portal"
  framework = "nextjs"
}
