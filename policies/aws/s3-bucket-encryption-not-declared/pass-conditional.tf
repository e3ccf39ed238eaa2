variable "kms_key_id" {
  type = string
}

resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

# Either branch is good.
resource "aws_s3_bucket_server_side_encryption_configuration" "documents" {
  bucket = aws_s3_bucket.documents.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_id == "" ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_id == "" ? null : var.kms_key_id
    }
  }
}
