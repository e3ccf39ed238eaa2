resource "aws_lb" "phi" {}

resource "aws_lb_listener" "fixed" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "fixed-response" # expect: lb-http-not-redirected
    fixed_response {
      content_type = "text/plain"
      status_code  = "200"
    }
  }
}

resource "aws_lb_listener" "to_http" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 8080
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = "80"
      protocol    = "HTTP" # expect: lb-http-not-redirected
      status_code = "HTTP_302"
    }
  }
}

resource "aws_lb_listener" "same_protocol" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 8081
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol    = "#{protocol}" # expect: lb-http-not-redirected
      status_code = "HTTP_302"
    }
  }
}
