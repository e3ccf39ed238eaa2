resource "aws_cloudfront_distribution" "portal" { # expect: cloudfront-without-waf
  enabled = true
}

resource "aws_cloudfront_distribution" "empty" {
  enabled    = true
  web_acl_id = "" # expect: cloudfront-without-waf
}
