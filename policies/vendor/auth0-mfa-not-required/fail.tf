resource "auth0_guardian" "mfa" {
  policy = "never" # expect: auth0-mfa-not-required
  otp    = true
}

# Has nothing to do with it.
resource "auth0_action" "greet" {
  name   = "greet"
  deploy = true
  code   = "exports.onExecutePostLogin = async (event, api) => {};"

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
}
