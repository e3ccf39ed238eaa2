resource "aws_cloudtrail" "off" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  enable_log_file_validation = false # expect: cloudtrail-validation-off
}

resource "aws_cloudtrail" "text" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  enable_log_file_validation = "false" # expect: cloudtrail-validation-off
}
