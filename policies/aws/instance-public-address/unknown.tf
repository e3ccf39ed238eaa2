variable "public" {
  type = bool
}

resource "aws_instance" "variable" {
  ami                         = "ami-0a1b2c3d4e5f60718"
  instance_type               = "m7g.large"
  associate_public_ip_address = var.public # expect: instance-public-address
}
