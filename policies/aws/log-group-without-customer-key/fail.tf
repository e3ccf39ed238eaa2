resource "aws_cloudwatch_log_group" "plain" { # expect: log-group-without-customer-key
  name = "/clinic/portal"
}
