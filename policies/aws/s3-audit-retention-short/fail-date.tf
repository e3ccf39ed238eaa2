resource "aws_s3_bucket" "audit" {
  bucket = "clinic-audit"
  tags   = { data-role = "audit" }
}

resource "aws_s3_bucket_lifecycle_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id
  rule {
    id     = "clear"
    status = "Enabled"
    expiration {
      date = "2027-01-01T00:00:00Z" # expect: s3-audit-retention-short
    }
  }
}
