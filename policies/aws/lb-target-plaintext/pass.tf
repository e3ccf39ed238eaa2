resource "aws_lb_target_group" "app" {
  port     = 8443
  protocol = "HTTPS"
  vpc_id   = "vpc-0123456789abcdef0"
}

resource "aws_lb_target_group" "function" {
  target_type = "lambda"
}
