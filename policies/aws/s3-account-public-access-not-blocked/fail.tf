resource "aws_s3_account_public_access_block" "off" {
  block_public_acls       = false # expect: s3-account-public-access-not-blocked
  block_public_policy     = false # expect: s3-account-public-access-not-blocked
  ignore_public_acls      = false # expect: s3-account-public-access-not-blocked
  restrict_public_buckets = false # expect: s3-account-public-access-not-blocked
}
