resource "aws_lb_ssl_negotiation_policy" "new" {
  name          = "new"
  load_balancer = "portal"
  lb_port       = 443
  attribute {
    name  = "Protocol-TLSv1"
    value = "false"
  }
  attribute {
    name  = "Protocol-TLSv1.2"
    value = "true"
  }
  attribute {
    name  = "Server-Defined-Cipher-Order"
    value = "true"
  }
}

resource "aws_lb_ssl_negotiation_policy" "reference" {
  name          = "reference"
  load_balancer = "portal"
  lb_port       = 443
  attribute {
    name  = "Reference-Security-Policy"
    value = "ELBSecurityPolicy-TLS-1-2-2017-01"
  }
}
