resource "aws_s3_bucket" "audit" {
  bucket = "acme-audit"
}

resource "aws_cloudtrail" "main" {
  name           = "org"
  s3_bucket_name = aws_s3_bucket.audit.id
}

resource "aws_s3_bucket_object_lock_configuration" "audit" {
  bucket = aws_s3_bucket.audit.id
  rule {
    default_retention {
      mode  = "GOVERNANCE" # expect: s3-audit-bucket-object-lock-governance
      years = 6
    }
  }
}
