variable "policy" {
  type = string
}

variable "actions" {
  type = list(string)
}

resource "aws_iam_policy" "variable" {
  name   = "ops"
  policy = var.policy # expect: iam-policy-full-admin
}

resource "aws_iam_policy" "actions" {
  name = "some"
  policy = jsonencode({ # expect: iam-policy-full-admin
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*" }]
  })
}
