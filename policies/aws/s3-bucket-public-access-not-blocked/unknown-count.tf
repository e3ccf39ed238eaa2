variable "block" {
  type = bool
}

# There may be a block, or none.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_public_access_block" "documents" {
  count                   = var.block ? 1 : 0
  bucket                  = aws_s3_bucket.documents.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
