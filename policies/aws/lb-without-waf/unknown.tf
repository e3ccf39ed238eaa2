variable "lb" {
  type = string
}

resource "aws_lb" "portal" { # expect: lb-without-waf
  name = "portal"
}

resource "aws_wafv2_web_acl_association" "some" {
  resource_arn = var.lb
  web_acl_arn  = "acl"
}
