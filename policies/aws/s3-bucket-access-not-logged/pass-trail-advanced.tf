resource "aws_s3_bucket" "documents" {
  bucket = "acme-phi-documents"
}

resource "aws_cloudtrail" "main" {
  name           = "main"
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
