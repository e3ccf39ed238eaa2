resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" { # expect: s3-bucket-encryption-not-declared
  bucket = aws_s3_bucket.documents.id
  rule {
    bucket_key_enabled = true
  }
}

resource "aws_s3_bucket" "wrong" {
  bucket = "acme-phi-wrong"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "wrong" {
  bucket = aws_s3_bucket.wrong.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "none" # expect: s3-bucket-encryption-not-declared
    }
  }
}

resource "aws_s3_bucket" "inline" {
  bucket = "acme-phi-inline"
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "none" # expect: s3-bucket-encryption-not-declared
      }
    }
  }
}
