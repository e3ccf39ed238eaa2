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
    dynamic "function_association" {
      for_each = var.functions
      content {
        event_type   = function_association.key
        function_arn = function_association.value # expect: cloudfront-function-not-covered
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
