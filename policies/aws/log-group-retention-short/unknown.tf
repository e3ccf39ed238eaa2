variable "days" {
  type = number
}

resource "aws_cloudwatch_log_group" "variable" {
  name              = "/clinic/portal"
  retention_in_days = var.days # expect: log-group-retention-short
}
