variable "protocol" {
  type = string
}

resource "aws_elb" "variable" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port           = 443
    lb_protocol       = "https"
    instance_port     = 8080
    instance_protocol = var.protocol # expect: elb-backend-plaintext
  }
}
