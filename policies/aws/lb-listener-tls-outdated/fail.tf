resource "aws_lb" "phi" {}

resource "aws_lb_listener" "old" {
  for_each          = toset(["ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS-1-1-2017-01", "ELBSecurityPolicy-FS-1-1-2019-08"])
  load_balancer_arn = aws_lb.phi.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = each.key # expect: lb-listener-tls-outdated
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

# TLS 1.3, and 1.0 beside it.
resource "aws_lb_listener" "wide" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 8443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-0-2021-06" # expect: lb-listener-tls-outdated
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
