resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "acme-phi-documents"
}

resource "aws_s3_bucket" "own" {
  bucket = "acme-phi-own"
}

resource "aws_s3_bucket_logging" "own" {
  bucket        = aws_s3_bucket.own.id
  target_bucket = aws_s3_bucket.own.id # expect: s3-bucket-access-not-logged
  target_prefix = "log/"
}

# Records writes only, so not who read.
resource "aws_cloudtrail" "writes" {
  name           = "writes"
  s3_bucket_name = "acme-audit"
  event_selector {
    read_write_type = "WriteOnly"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
