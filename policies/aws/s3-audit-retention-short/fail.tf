resource "aws_s3_bucket" "audit" {
  bucket = "acme-audit"
}

resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_logging" "documents" {
  bucket        = aws_s3_bucket.documents.id
  target_bucket = aws_s3_bucket.audit.id
  target_prefix = "s3/"
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration {
      days = 90 # expect: s3-audit-retention-short
    }
    noncurrent_version_expiration {
      noncurrent_days = 30 # expect: s3-audit-retention-short
    }
  }
}

# Not for audit or backup.
resource "aws_s3_bucket_lifecycle_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id
  rule {
    id     = "expire"
    status = "Enabled"
    filter {}
    expiration {
      days = 30
    }
  }
}
