resource "aws_iam_account_password_policy" "weak" {
  minimum_password_length      = 8 # expect: iam-password-policy-weak
  password_reuse_prevention    = 24
  require_lowercase_characters = true
  require_uppercase_characters = true
  require_numbers              = true
  require_symbols              = false # expect: iam-password-policy-weak
}
