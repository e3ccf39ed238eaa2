resource "aws_cloudwatch_log_group" "year" {
  name              = "/clinic/portal"
  retention_in_days = 365
}

resource "aws_cloudwatch_log_group" "zero" {
  name              = "/clinic/portal"
  retention_in_days = 0
}

resource "aws_cloudwatch_log_group" "tagged" {
  name              = "access"
  retention_in_days = 2192
  tags              = { data-role = "audit" }
}
