resource "aws_cognito_user_pool" "short" {
  name = "short"
  password_policy {
    minimum_length    = 6 # expect: cognito-password-policy-weak
    require_lowercase = true
    require_uppercase = true
    require_numbers   = true
    require_symbols   = true
  }
}

resource "aws_cognito_user_pool" "letters" {
  name = "letters"
  password_policy { # expect: cognito-password-policy-weak
    minimum_length    = 8
    require_lowercase = true
  }
}
