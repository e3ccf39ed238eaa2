variable "algorithm" {
  type = string
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-encryption-not-declared
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = aws_s3_bucket.documents.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = var.algorithm # expect: s3-bucket-encryption-not-declared
    }
  }
}
