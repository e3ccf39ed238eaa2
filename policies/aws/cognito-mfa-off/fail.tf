resource "aws_cognito_user_pool" "off" {
  name              = "portal"
  mfa_configuration = "OFF" # expect: cognito-mfa-off
}

resource "aws_cognito_user_pool" "other_0" {
  name              = "portal"
  mfa_configuration = "OPTIONAL" # expect: cognito-mfa-off
}
