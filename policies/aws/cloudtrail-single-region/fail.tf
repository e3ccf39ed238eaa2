resource "aws_cloudtrail" "off" {
  name                  = "org"
  s3_bucket_name        = "acme-audit"
  is_multi_region_trail = false # expect: cloudtrail-single-region
}
