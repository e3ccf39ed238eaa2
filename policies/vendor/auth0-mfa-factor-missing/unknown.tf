variable "otp" {
  type = bool
}

resource "auth0_guardian" "mfa" { # expect: auth0-mfa-factor-missing
  policy = "all-applications"
  otp    = var.otp
}
