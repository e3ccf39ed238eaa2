resource "aws_cloudwatch_log_group" "months" {
  name              = "/clinic/portal"
  retention_in_days = 180 # expect: log-group-retention-short
}

resource "aws_cloudwatch_log_group" "text" {
  name              = "/clinic/portal"
  retention_in_days = "30" # expect: log-group-retention-short
}

resource "aws_cloudwatch_log_group" "trail" {
  name              = "trail"
  retention_in_days = 365 # expect: log-group-retention-short
}

resource "aws_cloudtrail" "clinic" {
  name                       = "clinic"
  s3_bucket_name             = "clinic-trail"
  cloud_watch_logs_group_arn = "${aws_cloudwatch_log_group.trail.arn}:*"
}

resource "aws_cloudwatch_log_group" "tagged" {
  name              = "access"
  retention_in_days = 400 # expect: log-group-retention-short
  tags              = { data-role = "audit" }
}
