resource "aws_cloudwatch_log_group" "six" {
  name = "/clinic/portal"
  retention_in_days = 2192
}

resource "aws_cloudwatch_log_group" "zero" {
  name = "/clinic/portal"
  retention_in_days = 0
}
