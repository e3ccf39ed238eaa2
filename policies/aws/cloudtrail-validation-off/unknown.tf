variable "value" {
  type = bool
}

resource "aws_cloudtrail" "variable" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  enable_log_file_validation = var.value # expect: cloudtrail-validation-off
}
