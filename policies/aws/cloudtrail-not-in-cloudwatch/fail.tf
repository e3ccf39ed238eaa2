resource "aws_cloudtrail" "bucket" { # expect: cloudtrail-not-in-cloudwatch
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
}
