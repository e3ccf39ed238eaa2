variable "ssl_policy" {
  type = string
}

resource "aws_lb" "phi" {}

resource "aws_lb_listener" "variable" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = var.ssl_policy # expect: lb-listener-tls-outdated
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
