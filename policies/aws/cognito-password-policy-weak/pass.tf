resource "aws_cognito_user_pool" "mixed" {
  name = "mixed"
  password_policy {
    minimum_length    = 12
    require_lowercase = true
    require_uppercase = true
    require_numbers   = true
    require_symbols   = true
  }
}

resource "aws_cognito_user_pool" "long" {
  name = "long"
  password_policy {
    minimum_length = 16
  }
}

resource "aws_cognito_user_pool" "default" {
  name = "default"
}
