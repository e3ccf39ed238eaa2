resource "aws_cloudtrail" "main" {
  name                  = "org"
  s3_bucket_name        = "acme-audit"
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "more" {
  name           = "more"
  s3_bucket_name = "acme-audit"
}
