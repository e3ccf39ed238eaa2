resource "aws_s3_bucket" "audit" {
  bucket = "clinic-audit"
  tags   = { data-role = "audit" }

  object_lock_configuration {
    object_lock_enabled = "Enabled"
    rule {
      default_retention {
        mode = "COMPLIANCE"
        days = 1 # expect: s3-audit-bucket-object-lock-missing
      }
    }
  }
}
