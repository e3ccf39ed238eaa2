variable "protocol" {
  type = string
}

resource "aws_lb_target_group" "variable" {
  port     = 8080
  protocol = var.protocol # expect: lb-target-plaintext
  vpc_id   = "vpc-0123456789abcdef0"
}
