variable "from" {
  type = string
}

resource "aws_security_group_rule" "variable" {
  security_group_id = "sg-1"
  type              = "ingress"
  from_port         = 8080
  to_port           = 8080
  protocol          = "tcp"
  cidr_blocks       = [var.from] # expect: security-group-unapproved-port-open
}
