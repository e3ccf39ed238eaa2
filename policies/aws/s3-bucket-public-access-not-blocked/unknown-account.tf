# The block is for an account that may be another.
resource "aws_s3_account_public_access_block" "this" {
  account_id              = "999999999999"
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "clinic-documents"
}
