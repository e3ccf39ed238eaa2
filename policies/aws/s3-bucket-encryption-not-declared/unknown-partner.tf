variable "bucket" {
  type = string
}

# The configuration below may be this bucket's.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-encryption-not-declared
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "somewhere" {
  bucket = var.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
