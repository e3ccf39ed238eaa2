# The block is declared for the provider with the alias, the bucket belongs to the one without a block.
provider "aws" {
  alias   = "audit"
  profile = "audit"
}

resource "aws_s3_account_public_access_block" "this" {
  provider                = aws.audit
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "clinic-documents"
}
