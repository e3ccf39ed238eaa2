variable "length" {
  type = number
}

resource "aws_cognito_user_pool" "variable" {
  name = "variable"
  password_policy {
    minimum_length    = var.length # expect: cognito-password-policy-weak
    require_lowercase = true
    require_uppercase = true
    require_numbers   = true
    require_symbols   = true
  }
}
