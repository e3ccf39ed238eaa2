resource "aws_security_group" "open" {
  name = "open"
  ingress {
    from_port   = 8080
    to_port     = 8080
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # expect: security-group-unapproved-port-open
  }
}

resource "aws_vpc_security_group_ingress_rule" "open" {
  security_group_id = "sg-1"
  from_port         = 8000
  to_port           = 8010
  ip_protocol       = "tcp"
  cidr_ipv6         = "::/0" # expect: security-group-unapproved-port-open
}
