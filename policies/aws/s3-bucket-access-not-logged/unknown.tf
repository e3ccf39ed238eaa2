variable "bucket" {
  type = string
}

# The logging below may be this bucket's, or goes into it.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket_logging" "somewhere" {
  bucket        = var.bucket
  target_bucket = "acme-access-logs" # expect: s3-bucket-access-not-logged
  target_prefix = "log/"
}
