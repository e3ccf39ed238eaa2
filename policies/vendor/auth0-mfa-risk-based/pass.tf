resource "auth0_guardian" "mfa" {
  policy = "all-applications"
  otp    = true
}
