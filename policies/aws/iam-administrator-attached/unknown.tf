variable "arn" {
  type = string
}

resource "aws_iam_user_policy_attachment" "variable" {
  user       = "ci"
  policy_arn = var.arn # expect: iam-administrator-attached
}
