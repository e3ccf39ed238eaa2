variable "policy" {
  type = string
}

resource "aws_iam_group_policy" "variable" {
  group  = "staff"
  policy = var.policy # expect: iam-policy-service-wide
}
