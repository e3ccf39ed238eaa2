resource "auth0_client" "portal" {
  name      = "portal"
  app_type  = "regular_web"
  callbacks = ["https://portal.clinic.example/callback", "http://localhost:3000/callback"]
}
