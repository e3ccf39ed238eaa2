variable "certificate" {
  type = string
}

resource "aws_elb" "variable" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port            = 443
    lb_protocol        = "https"
    instance_port      = 8443
    instance_protocol  = "https"
    ssl_certificate_id = var.certificate # expect: elb-certificate-not-acm
  }
}
