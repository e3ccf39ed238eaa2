provider "aws" {
  alias   = "audit"
  profile = "audit"
}

resource "aws_cloudtrail" "data" { # expect: cloudtrail-management-events-excluded
  name           = "data"
  s3_bucket_name = "clinic-audit"
  event_selector {
    include_management_events = false
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}

resource "aws_cloudtrail" "main" {
  provider       = aws.audit
  name           = "main"
  s3_bucket_name = "clinic-audit"
}
