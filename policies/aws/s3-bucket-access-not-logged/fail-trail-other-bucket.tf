# The trail records another bucket.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "clinic-documents"
}

resource "aws_s3_bucket" "scans" {
  bucket = "clinic-scans"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "clinic-audit"
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["${aws_s3_bucket.scans.arn}/"]
    }
  }
}
