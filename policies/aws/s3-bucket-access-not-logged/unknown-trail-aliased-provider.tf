provider "aws" {
  alias   = "audit"
  profile = "audit"
}

resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "clinic-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "clinic-audit"
  provider       = aws.audit
  event_selector {
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
