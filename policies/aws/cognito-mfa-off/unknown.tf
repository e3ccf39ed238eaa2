variable "value" {
  type = string
}

resource "aws_cognito_user_pool" "variable" {
  name              = "portal"
  mfa_configuration = var.value # expect: cognito-mfa-off
}
