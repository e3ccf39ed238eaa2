resource "aws_lb" "phi" {}

resource "aws_lb_listener" "https" { # expect: lb-listener-tls-outdated
  load_balancer_arn = aws_lb.phi.arn
  port              = 443
  protocol          = "HTTPS"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
