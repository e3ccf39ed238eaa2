# A block for another bucket that goes by a name like it.
data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "letters" { # expect: s3-bucket-public-access-not-blocked
  bucket = "letters-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket" "scans" {
  bucket = "scans-${data.aws_caller_identity.current.account_id}"
}

resource "aws_s3_bucket_public_access_block" "scans" {
  bucket                  = aws_s3_bucket.scans.bucket
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
