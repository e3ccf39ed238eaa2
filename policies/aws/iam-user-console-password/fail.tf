resource "aws_iam_user_login_profile" "nurse" { # expect: iam-user-console-password
  user = "nurse"
}
