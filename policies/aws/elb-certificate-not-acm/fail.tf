resource "aws_iam_server_certificate" "old" {
  name             = "old"
  certificate_body = "..."
  private_key      = "..."
}

resource "aws_elb" "legacy" {
  subnets = ["subnet-0123456789abcdef0"]
  listener {
    lb_port            = 443
    lb_protocol        = "https"
    instance_port      = 8443
    instance_protocol  = "https"
    ssl_certificate_id = aws_iam_server_certificate.old.arn # expect: elb-certificate-not-acm
  }
  listener {
    lb_port            = 636
    lb_protocol        = "ssl"
    instance_port      = 636
    instance_protocol  = "ssl"
    ssl_certificate_id = "arn:aws:iam::111122223333:server-certificate/old" # expect: elb-certificate-not-acm
  }
}

resource "aws_elb" "absent" {
  subnets = ["subnet-0123456789abcdef0"]
  listener { # expect: elb-certificate-not-acm
    lb_port           = 443
    lb_protocol       = "https"
    instance_port     = 8443
    instance_protocol = "https"
  }
}
