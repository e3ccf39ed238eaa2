resource "aws_lb_ssl_negotiation_policy" "old" {
  name          = "old"
  load_balancer = "portal"
  lb_port       = 443
  attribute {
    name  = "Protocol-TLSv1"
    value = "true" # expect: elb-tls-outdated
  }
  attribute {
    name  = "Protocol-TLSv1.2"
    value = "true"
  }
}

resource "aws_lb_ssl_negotiation_policy" "reference" {
  name          = "reference"
  load_balancer = "portal"
  lb_port       = 443
  attribute {
    name  = "Reference-Security-Policy"
    value = "ELBSecurityPolicy-2016-08" # expect: elb-tls-outdated
  }
}

resource "aws_lb_ssl_negotiation_policy" "nothing" { # expect: elb-tls-outdated
  name          = "nothing"
  load_balancer = "portal"
  lb_port       = 443
}
