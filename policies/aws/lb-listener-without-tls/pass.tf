resource "aws_lb" "phi" {
  load_balancer_type = "network"
}

resource "aws_lb_listener" "passthrough" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 443
  protocol          = "TCP"
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
}

resource "aws_lb_listener" "tls" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 2575
  protocol          = "TLS"
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/hl7/0123456789abcdef"
  }
}
