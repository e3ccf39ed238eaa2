variable "functions" {
  type = map(string)
}

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
    # There may be a function, or none.
    dynamic "lambda_function_association" {
      for_each = var.functions
      content {
        event_type = lambda_function_association.key
        lambda_arn = lambda_function_association.value # expect: lambda-at-edge-not-covered
      }
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
