variable "acl" {
  type = string
}

resource "aws_wafv2_web_acl" "portal" { # expect: waf-logging-off
  name  = "portal"
  scope = "REGIONAL"
}

resource "aws_wafv2_web_acl_logging_configuration" "some" {
  resource_arn            = var.acl
  log_destination_configs = ["arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-portal"]
}
