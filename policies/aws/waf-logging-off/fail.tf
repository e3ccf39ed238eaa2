resource "aws_wafv2_web_acl" "silent" { # expect: waf-logging-off
  name  = "portal"
  scope = "REGIONAL"
}
