variable "protocol" {
  type = string
}

resource "aws_lb" "phi" {}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = var.protocol # expect: lb-http-not-redirected
      status_code = "HTTP_301"
    }
  }
}
