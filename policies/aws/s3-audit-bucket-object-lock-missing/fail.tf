resource "aws_s3_bucket" "audit" { # expect: s3-audit-bucket-object-lock-missing
  bucket = "acme-audit"
}

resource "aws_cloudtrail" "main" {
  name           = "org"
  s3_bucket_name = aws_s3_bucket.audit.id
}

resource "aws_s3_bucket" "flow" { # expect: s3-audit-bucket-object-lock-missing
  bucket = "acme-flow"
}

resource "aws_flow_log" "vpc" {
  log_destination      = "${aws_s3_bucket.flow.arn}/vpc"
  log_destination_type = "s3"
  traffic_type         = "ALL"
  vpc_id               = "vpc-0123456789abcdef0"
}

resource "aws_s3_bucket" "backup" {
  bucket = "acme-backup"
  tags   = { data-role = "backup" }
}

resource "aws_s3_bucket_object_lock_configuration" "backup" {
  bucket = aws_s3_bucket.backup.id
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 365 # expect: s3-audit-bucket-object-lock-missing
    }
  }
}

resource "aws_s3_bucket" "no_retention" {
  bucket = "acme-no-retention"
  tags   = { data-role = "audit" }
}

resource "aws_s3_bucket_object_lock_configuration" "no_retention" { # expect: s3-audit-bucket-object-lock-missing
  bucket = aws_s3_bucket.no_retention.id
}

# Not for audit or backup.
resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}
