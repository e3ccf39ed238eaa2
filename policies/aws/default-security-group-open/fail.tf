resource "aws_default_security_group" "open" {
  vpc_id = "vpc-0a1b2c3d"

  ingress { # expect: default-security-group-open
    protocol  = -1
    self      = true
    from_port = 0
    to_port   = 0
  }
}
