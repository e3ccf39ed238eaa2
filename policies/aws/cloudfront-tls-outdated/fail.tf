resource "aws_cloudfront_distribution" "old" {
  enabled = true
  viewer_certificate {
    acm_certificate_arn      = "arn:aws:acm:us-east-1:111122223333:certificate/1"
    minimum_protocol_version = "TLSv1.1_2016" # expect: cloudfront-tls-outdated
    ssl_support_method       = "sni-only"
  }
}

resource "aws_cloudfront_distribution" "default" {
  enabled = true
  viewer_certificate {
    cloudfront_default_certificate = true # expect: cloudfront-tls-outdated
    minimum_protocol_version       = "TLSv1.2_2021"
  }
}
