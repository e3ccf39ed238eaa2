resource "aws_s3_bucket" "audit" {
  bucket = "clinic-audit-${var.environment}"
}

resource "aws_cloudtrail" "clinic" {
  name                  = "clinic"
  s3_bucket_name        = aws_s3_bucket.audit.id
  is_multi_region_trail = false
}

resource "aws_kms_key" "records" {
  description = "Patient records"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

data "aws_iam_policy_document" "operations" {
  statement {
    actions   = ["*"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "operations" {
  name   = "operations"
  policy = data.aws_iam_policy_document.operations.json
}
