resource "aws_network_acl" "open" {
  vpc_id = "vpc-0a1b2c3d"

  ingress {
    protocol   = "tcp"
    rule_no    = 100
    action     = "allow"
    cidr_block = "0.0.0.0/0" # expect: network-acl-ssh-rdp-open
    from_port  = 20
    to_port    = 30
  }
}

resource "aws_network_acl_rule" "open" {
  network_acl_id = "acl-0a1b2c3d"
  rule_number    = 100
  protocol       = "-1"
  rule_action    = "allow"
  cidr_block     = "0.0.0.0/0" # expect: network-acl-ssh-rdp-open
}
