resource "aws_cloudtrail" "absent" { # expect: cloudtrail-single-region
  name           = "org"
  s3_bucket_name = "acme-audit"
}
