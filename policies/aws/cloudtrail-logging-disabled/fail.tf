resource "aws_cloudtrail" "off" {
  name           = "org"
  s3_bucket_name = "acme-audit"
  enable_logging = false # expect: cloudtrail-logging-disabled
}
