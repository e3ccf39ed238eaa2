# One resource, as a text.
resource "aws_s3_bucket" "phi" {
  bucket_prefix = "phi-"
}

resource "aws_kms_key" "phi" {}

resource "aws_iam_policy" "encoded" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:*", Resource = aws_s3_bucket.phi.arn },
      { Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.phi.arn },
    ]
  })
}
