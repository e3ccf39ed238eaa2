# The provider takes the protocol in capitals as well, and entries of a list as resources of their own.
resource "aws_security_group" "app" {
  name   = "app"
  vpc_id = "vpc-0123456789abcdef0"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "TCP"
    cidr_blocks = ["0.0.0.0/0"] # expect: security-group-ssh-rdp-open
  }
}

resource "aws_ec2_managed_prefix_list" "everybody" {
  name           = "everybody"
  address_family = "IPv4"
  max_entries    = 2
}

resource "aws_ec2_managed_prefix_list_entry" "everybody" {
  prefix_list_id = aws_ec2_managed_prefix_list.everybody.id
  cidr           = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "list" {
  security_group_id = aws_security_group.app.id
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  prefix_list_id    = aws_ec2_managed_prefix_list.everybody.id # expect: security-group-ssh-rdp-open
}
