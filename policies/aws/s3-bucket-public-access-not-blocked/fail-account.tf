# Half a block protects nothing.
resource "aws_s3_account_public_access_block" "this" {
  block_public_acls  = true
  ignore_public_acls = true
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "acme-phi-documents"
}
