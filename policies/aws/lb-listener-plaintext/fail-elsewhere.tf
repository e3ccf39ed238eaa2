# The balancer is made elsewhere: what names HTTP is the listener of none that has no protocol.
data "aws_lb" "shared" {
  name = "shared"
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = data.aws_lb.shared.arn
  port              = 80
  protocol          = "HTTP" # expect: lb-listener-plaintext
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/app/0123456789abcdef"
  }
}
