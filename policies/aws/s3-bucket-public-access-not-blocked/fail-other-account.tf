# The block is declared for another account.
provider "aws" {
  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/deploy"
  }
}

provider "aws" {
  alias = "audit"
  assume_role {
    role_arn = "arn:aws:iam::444455556666:role/deploy"
  }
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
