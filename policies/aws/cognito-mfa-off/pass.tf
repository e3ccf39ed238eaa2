variable "value" {
  default = "ON"
}

resource "aws_cognito_user_pool" "phi" {
  name              = "portal"
  mfa_configuration = "ON"
}

resource "aws_cognito_user_pool" "from_variable" {
  name              = "portal"
  mfa_configuration = var.value
}
