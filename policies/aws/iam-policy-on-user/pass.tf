resource "aws_iam_policy_attachment" "staff" {
  name       = "read"
  groups     = ["staff"]
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
