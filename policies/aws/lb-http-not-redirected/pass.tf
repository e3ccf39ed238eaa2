resource "aws_lb" "phi" {}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.phi.arn
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

# It comes by HTTPS and stays with it.
resource "aws_lb_listener" "moved" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 8443
  protocol          = "HTTPS"
  default_action {
    type = "redirect"
    redirect {
      host        = "portal.acme.example"
      status_code = "HTTP_301"
    }
  }
}
