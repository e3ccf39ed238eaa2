# What is not written is off.
resource "aws_cognito_user_pool" "absent" { # expect: cognito-mfa-off
  name = "portal"
}
