resource "aws_lb" "phi" {}

resource "aws_lb_target_group" "app" {
  port     = 8443
  protocol = "HTTPS"
  vpc_id   = "vpc-0123456789abcdef0"
}

resource "aws_lb_listener" "each" {
  for_each          = { "80" = "HTTP", "443" = "HTTPS" }
  load_balancer_arn = aws_lb.phi.arn
  port              = each.key
  protocol          = each.value # expect: lb-listener-plaintext
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}
