resource "aws_cloudtrail" "writes" { # expect: cloudtrail-management-events-excluded
  name           = "writes"
  s3_bucket_name = "acme-audit"
  event_selector {
    read_write_type = "WriteOnly"
  }
}

resource "aws_cloudtrail" "data" { # expect: cloudtrail-management-events-excluded
  name           = "data"
  s3_bucket_name = "acme-audit"
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
