resource "aws_cloudfront_distribution" "phi" {
  enabled = true
  logging_config {
    bucket = "logs.s3.amazonaws.com"
  }
}

resource "aws_cloudfront_distribution" "second" {
  enabled = true
}

resource "aws_cloudwatch_log_delivery_source" "second" {
  name         = "portal"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.second.arn
}
