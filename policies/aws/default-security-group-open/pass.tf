resource "aws_default_security_group" "none" {
  vpc_id = "vpc-0a1b2c3d"
}
