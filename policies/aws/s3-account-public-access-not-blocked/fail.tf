resource "aws_s3_account_public_access_block" "off" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = false # expect: s3-account-public-access-not-blocked
  restrict_public_buckets = true
}
