resource "aws_iam_user_policy_attachment" "nurse" { # expect: iam-policy-on-user
  user       = "nurse"
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}

resource "aws_iam_policy_attachment" "nurse" {
  name       = "read"
  users      = ["nurse"] # expect: iam-policy-on-user
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
