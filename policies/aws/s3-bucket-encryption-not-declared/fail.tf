resource "aws_s3_bucket" "bare" { # expect: s3-bucket-encryption-not-declared
  bucket = "acme-phi-documents"
}

# Of another bucket.
resource "aws_s3_bucket" "other" {
  bucket = "acme-other"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "other" {
  bucket = aws_s3_bucket.other.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
