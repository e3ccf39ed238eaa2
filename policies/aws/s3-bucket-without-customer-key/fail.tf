resource "aws_s3_bucket_server_side_encryption_configuration" "aes" {
  bucket = "phi"
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256" # expect: s3-bucket-without-customer-key
    }
  }
}

resource "aws_s3_bucket" "default" { # expect: s3-bucket-without-customer-key
  bucket = "default"
}
