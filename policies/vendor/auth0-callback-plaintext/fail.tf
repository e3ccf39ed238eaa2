resource "auth0_client" "plain" {
  name      = "portal"
  app_type  = "regular_web"
  callbacks = ["https://portal.clinic.example/callback", "http://portal.clinic.example/callback"] # expect: auth0-callback-plaintext
}
