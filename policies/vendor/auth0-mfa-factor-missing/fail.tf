resource "auth0_guardian" "mfa" { # expect: auth0-mfa-factor-missing
  policy = "all-applications"
  email  = true
  otp    = false

  push {
    enabled = false
  }
}
