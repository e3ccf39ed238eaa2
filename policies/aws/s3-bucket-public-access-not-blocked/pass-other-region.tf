# The block is that of the account, which both configurations of the provider work in.
provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "elsewhere"
  region = "eu-west-1"
}

resource "aws_s3_account_public_access_block" "this" {
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "documents" {
  provider = aws.elsewhere
  bucket   = "clinic-documents"
}
