resource "aws_s3_bucket" "records" {
  bucket = "records"
}

# Denies the services of AWS, and nobody else.
resource "aws_s3_bucket_policy" "records" {
  bucket = aws_s3_bucket.records.id
  policy = jsonencode({ # expect: s3-bucket-plaintext-allowed
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = { Service = "*" }
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.records.arn, "${aws_s3_bucket.records.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "images" {
  bucket = "images"
}

data "aws_iam_policy_document" "images" {
  statement {
    effect = "Deny"
    principals {
      type        = "CanonicalUser"
      identifiers = ["*"]
    }
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.images.arn, "${aws_s3_bucket.images.arn}/*"]
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "images" {
  bucket = aws_s3_bucket.images.id
  policy = data.aws_iam_policy_document.images.json # expect: s3-bucket-plaintext-allowed
}
