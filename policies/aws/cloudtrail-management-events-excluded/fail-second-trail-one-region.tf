# The other trail records one region of those that this one is for.
resource "aws_cloudtrail" "data" { # expect: cloudtrail-management-events-excluded
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

resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "clinic-audit"
}
