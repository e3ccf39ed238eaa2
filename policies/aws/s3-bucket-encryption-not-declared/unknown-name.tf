variable "name" {
  type = string
}

# Whether the declaration is this bucket's depends on its name.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-encryption-not-declared
  bucket = var.name
}

resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = "acme-phi-documents"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}
