resource "aws_cognito_user_pool" "absent" {
  name = "absent"
  password_policy { # expect: cognito-password-policy-weak
    require_lowercase = true
    require_uppercase = true
    require_numbers   = true
    require_symbols   = true
  }
}
