resource "auth0_guardian" "mfa" {
  policy = "never"
  otp    = true
}

resource "auth0_action" "mfa" {
  name   = "mfa"
  deploy = true
  code   = <<-EOT
    exports.onExecutePostLogin = async (event, api) => {
      api.multifactor.enable("any");
    };
  EOT

  supported_triggers {
    id      = "post-login"
    version = "v3"
  }
}
