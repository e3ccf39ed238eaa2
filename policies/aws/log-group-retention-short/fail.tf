resource "aws_cloudwatch_log_group" "year" {
  name = "/clinic/portal"
  retention_in_days = 365 # expect: log-group-retention-short
}

resource "aws_cloudwatch_log_group" "text" {
  name = "/clinic/portal"
  retention_in_days = "30" # expect: log-group-retention-short
}
