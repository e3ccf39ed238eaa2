resource "aws_cloudfront_distribution" "absent" {
  enabled = true
  viewer_certificate { # expect: cloudfront-tls-outdated
    acm_certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/1"
    ssl_support_method  = "sni-only"
  }
}
