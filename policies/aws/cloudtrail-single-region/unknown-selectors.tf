resource "aws_cloudtrail" "main" { # expect: cloudtrail-single-region
  name           = "main"
  s3_bucket_name = "clinic-audit"
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
    field_selector {
      field  = "readOnly"
      equals = ["false"]
    }
  }
}
