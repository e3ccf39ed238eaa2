variable "bucket" {
  type = string
}

resource "aws_iam_policy" "variable" {
  policy = jsonencode({ # expect: iam-policy-reads-everything
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = var.bucket }]
  })
}
