resource "aws_cloudtrail" "main" {
  name           = "org"
  s3_bucket_name = "acme-audit"
  advanced_event_selector {
    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }
}
