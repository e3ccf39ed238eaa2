variable "algorithm" {
  type = string
}

resource "aws_s3_bucket_server_side_encryption_configuration" "variable" {
  bucket = "phi"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = var.algorithm # expect: s3-bucket-without-customer-key
    }
  }
}
