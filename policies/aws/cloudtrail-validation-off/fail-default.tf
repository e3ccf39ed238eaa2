# What is not written is off.
resource "aws_cloudtrail" "absent" { # expect: cloudtrail-validation-off
  name           = "clinic"
  s3_bucket_name = "clinic-trail"
}
