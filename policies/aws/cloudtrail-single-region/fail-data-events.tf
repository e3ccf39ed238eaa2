# The trail of every region records data events alone.
resource "aws_cloudtrail" "main" { # expect: cloudtrail-single-region
  name           = "main"
  s3_bucket_name = "clinic-audit"
}

resource "aws_cloudtrail" "data" {
  name                  = "data"
  s3_bucket_name        = "clinic-audit"
  is_multi_region_trail = true
  event_selector {
    include_management_events = false
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
