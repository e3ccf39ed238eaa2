variable "users" {
  type = list(string)
}

resource "aws_iam_policy_attachment" "variable" {
  name       = "read"
  users      = var.users # expect: iam-policy-on-user
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
