resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_public_access_block" "documents" {
  bucket                  = aws_s3_bucket.documents.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

locals {
  buckets = toset(["charts", "scans"])
}

resource "aws_s3_bucket" "each" {
  for_each = local.buckets
  bucket   = "acme-phi-${each.key}"
}

resource "aws_s3_bucket_public_access_block" "each" {
  for_each                = local.buckets
  bucket                  = aws_s3_bucket.each[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
