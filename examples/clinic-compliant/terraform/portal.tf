resource "aws_lb" "portal" {
  name                       = "portal"
  subnets                    = [for subnet in aws_subnet.private : subnet.id]
  internal                   = false
  drop_invalid_header_fields = true

  access_logs {
    bucket  = "clinic-access-logs"
    prefix  = "lb"
    enabled = true
  }
}

resource "aws_lb_target_group" "portal" {
  name        = "portal"
  port        = 8443
  protocol    = "HTTPS"
  target_type = "ip"
  vpc_id      = aws_vpc.clinic.id
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.portal.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.portal.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate.portal.arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.portal.arn
  }
}

resource "aws_acm_certificate" "portal" {
  domain_name       = "portal.clinic.example"
  validation_method = "DNS"
}

resource "aws_ebs_volume" "dicom_cache" {
  availability_zone = "us-east-1a"
  size              = 500
  encrypted         = true
  kms_key_id        = aws_kms_key.records.arn
}

resource "aws_efs_file_system" "uploads" {
  creation_token = "uploads"
  encrypted      = true
  kms_key_id     = aws_kms_key.records.arn
}

resource "aws_efs_file_system_policy" "uploads" {
  file_system_id = aws_efs_file_system.uploads.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_lambda_function_url" "intake" {
  function_name      = "patient-intake"
  authorization_type = "AWS_IAM"
}

resource "aws_cloudfront_distribution" "portal" {
  enabled = true
  aliases = ["portal.clinic.example"]

  origin {
    domain_name = aws_lb.portal.dns_name
    origin_id   = "portal"
    custom_origin_config {
      http_port              = 80
      https_port             = 443
      origin_protocol_policy = "https-only"
      origin_ssl_protocols   = ["TLSv1.2"]
    }
  }

  default_cache_behavior {
    target_origin_id       = "portal"
    viewer_protocol_policy = "redirect-to-https"
    allowed_methods        = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"]
    cached_methods         = ["GET", "HEAD"]

    # Covered: the agreement with AWS names every service.
    lambda_function_association {
      event_type   = "viewer-request"
      lambda_arn   = "arn:aws:lambda:us-east-1:123456789012:function:session-rewrite:7"
      include_body = true
    }
  }

  logging_config {
    bucket = "clinic-access-logs.s3.amazonaws.com"
    prefix = "cloudfront/"
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = aws_acm_certificate.portal.arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

resource "vercel_project" "appointments" {
  name      = "appointments"
  framework = "nextjs"
}
