resource "aws_security_group" "app" {
  ingress {
    protocol         = "tcp"
    from_port        = 5432
    to_port          = 5432
    ipv6_cidr_blocks = ["2600:1f18:1234:5600::/56"]
  }
}
