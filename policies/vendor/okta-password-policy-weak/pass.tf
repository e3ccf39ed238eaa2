resource "okta_policy_password" "phi" {
  name                          = "staff"
  password_min_length           = 14
  password_max_lockout_attempts = 5
}
