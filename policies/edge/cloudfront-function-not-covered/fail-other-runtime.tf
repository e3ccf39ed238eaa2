resource "aws_cloudfront_function" "headers" { # expect: cloudfront-function-not-covered
  name    = "headers"
  runtime = "cloudfront-js-2.0"
  code    = "function handler(event) { return event.request; }"
}
