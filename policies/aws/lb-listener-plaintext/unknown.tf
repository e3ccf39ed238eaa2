variable "protocol" {
  type = string
}

resource "aws_lb" "phi" {}

resource "aws_lb_listener" "variable" {
  load_balancer_arn = aws_lb.phi.arn
  port              = 80
  protocol          = var.protocol # expect: lb-listener-plaintext
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
}
