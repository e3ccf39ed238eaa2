resource "aws_instance" "phi" {
  ami                         = "ami-0a1b2c3d4e5f60718"
  instance_type               = "m7g.large"
  associate_public_ip_address = false
}

resource "aws_launch_template" "phi" {
  name = "portal"
}
