variable "length" {
  type = number
}

resource "okta_policy_password" "variable" {
  name                = "staff"
  password_min_length = var.length # expect: okta-password-policy-weak
}
