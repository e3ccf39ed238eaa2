variable "group" {
  type = string
}

resource "aws_cloudtrail" "variable" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  cloud_watch_logs_group_arn = var.group # expect: cloudtrail-not-in-cloudwatch
}
