resource "okta_policy_password" "short" {
  name                = "staff"
  password_min_length = 8 # expect: okta-password-policy-weak
}

resource "okta_policy_password" "unlocked" {
  name                          = "staff"
  password_min_length           = 14
  password_max_lockout_attempts = 0 # expect: okta-password-policy-weak
}
