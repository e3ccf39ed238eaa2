variable "block" {
  type = bool
}

resource "aws_s3_account_public_access_block" "variable" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = var.block # expect: s3-account-public-access-not-blocked
}
