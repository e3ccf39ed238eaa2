variable "block" {
  type = bool
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-public-access-not-blocked
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket                  = aws_s3_bucket.documents.id
  block_public_acls       = true
  block_public_policy     = var.block # expect: s3-bucket-public-access-not-blocked
  ignore_public_acls      = true
  restrict_public_buckets = true
}
