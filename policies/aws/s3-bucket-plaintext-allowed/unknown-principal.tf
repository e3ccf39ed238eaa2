# Everybody of which kind is refused is not known.
variable "kind" {
  type = string
}

resource "aws_s3_bucket" "scans" {
  bucket = "clinic-scans"
}

data "aws_iam_policy_document" "tls" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.scans.arn, "${aws_s3_bucket.scans.arn}/*"]
    principals {
      type        = var.kind
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "scans" {
  bucket = aws_s3_bucket.scans.id
  policy = data.aws_iam_policy_document.tls.json # expect: s3-bucket-plaintext-allowed
}
