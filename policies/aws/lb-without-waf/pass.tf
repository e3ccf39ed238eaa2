resource "aws_lb" "portal" {
  name = "portal"
}

resource "aws_wafv2_web_acl_association" "portal" {
  resource_arn = aws_lb.portal.arn
  web_acl_arn  = "acl"
}
