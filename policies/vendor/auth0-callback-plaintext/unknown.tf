variable "callback" {
  type = string
}

resource "auth0_client" "variable" {
  name      = "portal"
  app_type  = "regular_web"
  callbacks = [var.callback] # expect: auth0-callback-plaintext
}
