variable "value" {
  default = true
}

resource "aws_cloudtrail" "phi" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  enable_log_file_validation = true
}

resource "aws_cloudtrail" "from_variable" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  enable_log_file_validation = var.value
}
