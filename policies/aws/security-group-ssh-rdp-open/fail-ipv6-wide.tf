# A registry's whole range.
resource "aws_security_group" "app" {
  ingress {
    protocol         = "tcp"
    from_port        = 22
    to_port          = 22
    ipv6_cidr_blocks = ["2600::/12"] # expect: security-group-ssh-rdp-open
  }
}
