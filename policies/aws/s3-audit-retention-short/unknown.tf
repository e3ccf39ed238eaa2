variable "days" {
  type = number
}

resource "aws_s3_bucket" "audit" {
  bucket = "acme-audit"
  tags   = { data-role = "audit" }
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration {
      days = var.days # expect: s3-audit-retention-short
    }
  }
}
