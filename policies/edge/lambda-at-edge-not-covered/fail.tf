resource "aws_cloudfront_distribution" "portal" {
  enabled = true
  origin {
    domain_name = "app.acme.example"
    origin_id   = "app"
  }
  default_cache_behavior {
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    target_origin_id       = "app"
    viewer_protocol_policy = "https-only"
    lambda_function_association {
      event_type = "viewer-request"
      lambda_arn = "arn:aws:lambda:us-east-1:111122223333:function:edge:3" # expect: lambda-at-edge-not-covered
    }
    lambda_function_association {
      event_type   = "origin-request"
      lambda_arn   = aws_lambda_function.body.qualified_arn # expect: lambda-at-edge-not-covered
      include_body = true
    }
  }
  ordered_cache_behavior {
    path_pattern           = "/api/*"
    allowed_methods        = ["GET", "HEAD"]
    cached_methods         = ["GET", "HEAD"]
    target_origin_id       = "app"
    viewer_protocol_policy = "https-only"
    lambda_function_association {
      event_type = "viewer-response"
      lambda_arn = "arn:aws:lambda:us-east-1:111122223333:function:headers:1" # expect: lambda-at-edge-not-covered
    }
  }
  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }
  viewer_certificate {
    cloudfront_default_certificate = true
  }
}

resource "aws_lambda_function" "body" {
  function_name = "body"
  role          = "arn:aws:iam::111122223333:role/edge"
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "body.zip"
  publish       = true
}
