variable "protocol" {
  type = string
}

resource "aws_elb" "variable" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port           = 80
    lb_protocol       = var.protocol # expect: elb-listener-plaintext
    instance_port     = 8080
    instance_protocol = "http"
  }
}
