resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "acme-audit"
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
