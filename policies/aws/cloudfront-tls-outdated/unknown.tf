variable "version" {
  type = string
}

resource "aws_cloudfront_distribution" "variable" {
  enabled = true
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/1"
    minimum_protocol_version = var.version # expect: cloudfront-tls-outdated
    ssl_support_method       = "sni-only"
  }
}
