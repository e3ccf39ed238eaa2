variable "acl" {
  type = string
}

resource "aws_cloudfront_distribution" "portal" {
  enabled    = true
  web_acl_id = var.acl # expect: cloudfront-without-waf
}
