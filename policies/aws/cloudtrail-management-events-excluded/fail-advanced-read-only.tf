resource "aws_cloudtrail" "reads" { # expect: cloudtrail-management-events-excluded
  name           = "reads"
  s3_bucket_name = "acme-audit"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["true"]
    }
  }
}
