provider "aws" {
  alias   = "audit"
  profile = "audit"
}

resource "aws_cloudtrail" "main" { # expect: cloudtrail-single-region
  name           = "main"
  s3_bucket_name = "clinic-audit"
}

resource "aws_cloudtrail" "audit" {
  provider              = aws.audit
  name                  = "audit"
  s3_bucket_name        = "clinic-audit"
  is_multi_region_trail = true
}
