# Beside the role stands what may be everybody.
variable "partner" {
  type = string
}

resource "aws_iam_role" "app" {
  assume_role_policy = "{}"
}

resource "aws_s3_bucket_policy" "both" {
  bucket = "clinic-charts"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = [aws_iam_role.app.arn, var.partner] }, Action = "s3:GetObject", Resource = "*" }]
  })
}

resource "aws_s3_bucket_policy" "either" {
  bucket = "clinic-charts"
  policy = jsonencode({ # expect: s3-bucket-policy-public
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = var.partner == "" ? aws_iam_role.app.arn : var.partner }, Action = "s3:GetObject", Resource = "*" }]
  })
}
