resource "aws_wafv2_web_acl" "portal" {
  name  = "portal"
  scope = "REGIONAL"
}

resource "aws_wafv2_web_acl_logging_configuration" "portal" {
  resource_arn            = aws_wafv2_web_acl.portal.arn
  log_destination_configs = ["arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-portal"]
}
