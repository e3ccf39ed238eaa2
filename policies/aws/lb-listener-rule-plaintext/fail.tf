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

resource "aws_lb_listener_rule" "legacy" {
  listener_arn = aws_lb_listener.http.arn
  action {
    type             = "forward" # expect: lb-listener-rule-plaintext
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
  condition {
    path_pattern {
      values = ["/hl7/*"]
    }
  }
}

resource "aws_lb_listener_rule" "to_http" {
  listener_arn = aws_lb_listener.http.arn
  action {
    type = "redirect"
    redirect {
      protocol    = "HTTP" # expect: lb-listener-rule-plaintext
      port        = "8080"
      status_code = "HTTP_302"
    }
  }
  condition {
    path_pattern {
      values = ["/old/*"]
    }
  }
}
