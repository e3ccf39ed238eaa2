resource "aws_acm_certificate" "phi" {
  domain_name       = "portal.acme.example"
  validation_method = "DNS"
}

resource "aws_elb" "legacy" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port            = 443
    lb_protocol        = "https"
    instance_port      = 8443
    instance_protocol  = "https"
    ssl_certificate_id = aws_acm_certificate.phi.arn
  }
  listener {
    lb_port            = 636
    lb_protocol        = "ssl"
    instance_port      = 636
    instance_protocol  = "ssl"
    ssl_certificate_id = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
  }
}

# Judged by another policy.
resource "aws_elb" "plain" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port           = 80
    lb_protocol       = "http"
    instance_port     = 8080
    instance_protocol = "http"
  }
}
