variable "port" {
  type = number
}

resource "aws_lb" "phi" {
  load_balancer_type = "network"
}

resource "aws_lb_listener" "variable" {
  load_balancer_arn = aws_lb.phi.arn
  port              = var.port
  protocol          = "TCP" # expect: lb-listener-without-tls
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
}
