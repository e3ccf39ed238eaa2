resource "aws_iam_policy" "all_but_one_bucket" {
  policy = jsonencode({ # expect: iam-policy-service-wide
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:*", NotResource = ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"] }]
  })
}
