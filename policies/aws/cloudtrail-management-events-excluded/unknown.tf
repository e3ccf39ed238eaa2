variable "global" {
  type = bool
}

resource "aws_cloudtrail" "variable" {
  name                          = "org"
  s3_bucket_name                = "acme-audit"
  include_global_service_events = var.global # expect: cloudtrail-management-events-excluded
}
