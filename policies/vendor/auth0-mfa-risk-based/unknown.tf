variable "policy" {
  type = string
}

resource "auth0_guardian" "mfa" {
  policy = var.policy # expect: auth0-mfa-risk-based
  otp    = true
}
