variable "every_region" {
  type = bool
}

resource "aws_cloudtrail" "variable" {
  name                  = "org"
  s3_bucket_name        = "acme-audit"
  is_multi_region_trail = var.every_region # expect: cloudtrail-single-region
}
