resource "aws_lb_target_group" "app" {
  port     = 8080
  protocol = "HTTP" # expect: lb-target-plaintext
  vpc_id   = "vpc-0123456789abcdef0"
}

resource "aws_lb_target_group" "absent" { # expect: lb-target-plaintext
  port   = 8080
  vpc_id = "vpc-0123456789abcdef0"
}
