# Who used the keys, and who asked the database, is left out.
resource "aws_cloudtrail" "main" { # expect: cloudtrail-management-events-excluded
  name           = "main"
  s3_bucket_name = "clinic-audit"
  event_selector {
    exclude_management_event_sources = ["kms.amazonaws.com", "rdsdata.amazonaws.com"]
  }
}

resource "aws_cloudtrail" "advanced" { # expect: cloudtrail-management-events-excluded
  name           = "advanced"
  s3_bucket_name = "clinic-audit"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field      = "eventSource"
      not_equals = ["kms.amazonaws.com"]
    }
  }
}
