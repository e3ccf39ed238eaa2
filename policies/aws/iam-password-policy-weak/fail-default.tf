resource "aws_iam_account_password_policy" "absent" { # expect: iam-password-policy-weak
  allow_users_to_change_password = true
}
