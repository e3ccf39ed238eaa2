variable "ranges" {
  type = list(string)
}

variable "port" {
  type = number
}

resource "aws_security_group" "ranges" {
  name   = "app"
  vpc_id = "vpc-0123456789abcdef0"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = var.ranges # expect: security-group-ssh-rdp-open
  }
  # Whatever the ranges are, this is no port of an administrator's.
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_vpc_security_group_ingress_rule" "port" {
  security_group_id = aws_security_group.ranges.id
  ip_protocol       = "tcp"
  from_port         = var.port
  to_port           = var.port
  cidr_ipv4         = "0.0.0.0/0" # expect: security-group-ssh-rdp-open
}
