resource "aws_s3_bucket" "documents" {
  bucket = "clinic-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "clinic-audit"
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3:::clinic-documents/"]
    }
  }
}
