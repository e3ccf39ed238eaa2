variable "acl" {
  type = string
}

resource "aws_cloudfront_distribution" "portal" { # expect: cloudfront-without-waf
  enabled    = true
  web_acl_id = var.acl
}
