resource "aws_cloudtrail" "regional" {
  name                          = "regional"
  s3_bucket_name                = "acme-audit"
  include_global_service_events = false # expect: cloudtrail-management-events-excluded
}
