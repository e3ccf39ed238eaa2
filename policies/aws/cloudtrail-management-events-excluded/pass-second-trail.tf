resource "aws_cloudtrail" "main" {
  name           = "org"
  s3_bucket_name = "acme-audit"
}

# Data events only: the other trail has the rest.
resource "aws_cloudtrail" "data" {
  name           = "data"
  s3_bucket_name = "acme-audit"
  event_selector {
    include_management_events = false
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
