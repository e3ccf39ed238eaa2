resource "aws_s3_bucket" "audit" {
  bucket = "clinic-audit"
  tags   = { data-role = "audit" }
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id
  rule {
    default_retention {
      mode  = "COMPLIANCE"
      years = "5" # expect: s3-audit-bucket-object-lock-missing
    }
  }
}
