variable "group" {
  type = string
}

resource "aws_cloudtrail" "variable" { # expect: cloudtrail-not-in-cloudwatch
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  cloud_watch_logs_group_arn = var.group
}
