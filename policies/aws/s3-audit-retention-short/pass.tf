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
      days = 2200
    }
  }
  rule {
    id     = "not-in-force"
    status = "Disabled"
    filter {}
    expiration {
      days = 30
    }
  }
}
