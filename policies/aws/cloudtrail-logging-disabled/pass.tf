resource "aws_cloudtrail" "on" {
  name           = "org"
  s3_bucket_name = "acme-audit"
  enable_logging = true
}
