# The caller of another configuration of the provider is perhaps in another account.
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias   = "audit"
  profile = "audit"
}

data "aws_caller_identity" "audit" {
  provider = aws.audit
}

resource "aws_s3_account_public_access_block" "this" {
  account_id              = data.aws_caller_identity.audit.account_id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "clinic-documents"
}
