variable "rules" {
  type = list(number)
}

resource "aws_default_security_group" "variable" {
  vpc_id = "vpc-0a1b2c3d"

  dynamic "ingress" { # expect: default-security-group-open
    for_each = var.rules
    content {
      protocol  = "tcp"
      from_port = ingress.value
      to_port   = ingress.value
      self      = true
    }
  }
}
