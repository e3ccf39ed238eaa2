resource "aws_cloudfront_distribution" "silent" { # expect: cloudfront-logging-off
  enabled = true
}
