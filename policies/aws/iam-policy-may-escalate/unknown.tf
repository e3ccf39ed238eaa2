variable "roles" {
  type = string
}

resource "aws_iam_policy" "variable" {
  policy = jsonencode({ # expect: iam-policy-may-escalate
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "iam:PassRole", Resource = var.roles }]
  })
}
