resource "aws_lb" "inspection" {
  load_balancer_type = "gateway"
}

resource "aws_lb_target_group" "inspection" {
  port     = 6081
  protocol = "GENEVE"
  vpc_id   = "vpc-0123456789abcdef0"
}

resource "aws_lb_listener" "inspection" {
  load_balancer_arn = aws_lb.inspection.arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.inspection.arn
  }
}

resource "aws_lb" "app" {}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.app.arn
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
