resource "aws_cloudtrail" "data" {
  name           = "data"
  s3_bucket_name = "clinic-audit"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Data"]
    }
    field_selector {
      field  = "resources.type"
      equals = ["AWS::S3::Object"]
    }
  }
}

resource "aws_cloudtrail" "all" {
  name                  = "all"
  s3_bucket_name        = "clinic-audit"
  is_multi_region_trail = true
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
}
