resource "auth0_guardian" "codes" {
  policy = "all-applications"
  otp    = true
}

resource "auth0_guardian" "keys" {
  policy = "all-applications"

  webauthn_roaming {
    enabled           = true
    user_verification = "required"
  }
}
