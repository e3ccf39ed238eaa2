resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "acme-audit"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.documents.arn}/"]
    }
  }
}
