resource "auth0_guardian" "mfa" {
  policy = "confidence-score" # expect: auth0-mfa-risk-based
  otp    = true
}
