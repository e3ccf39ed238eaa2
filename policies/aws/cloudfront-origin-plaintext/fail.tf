resource "aws_cloudfront_distribution" "viewer" {
  enabled = true
  origin {
    domain_name = "portal.clinic.example"
    origin_id   = "portal"
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "match-viewer" # expect: cloudfront-origin-plaintext
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }
}

resource "aws_cloudfront_distribution" "old" {
  enabled = true
  origin {
    domain_name = "portal.clinic.example"
    origin_id   = "portal"
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.1", "TLSv1.2"] # expect: cloudfront-origin-plaintext
    }
  }
}
