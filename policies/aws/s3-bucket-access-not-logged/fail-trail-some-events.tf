# Deletions only.
resource "aws_s3_bucket" "documents" { # expect: s3-bucket-access-not-logged
  bucket = "clinic-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
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
    field_selector {
      field  = "eventName"
      equals = ["DeleteObject"]
    }
  }
}
