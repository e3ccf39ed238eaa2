resource "aws_cloudtrail" "absent" {
  name           = "org"
  s3_bucket_name = "acme-audit"
}
