resource "aws_instance" "public" {
  ami                         = "ami-0a1b2c3d4e5f60718"
  instance_type               = "m7g.large"
  associate_public_ip_address = true # expect: instance-public-address
}

resource "aws_launch_configuration" "public" {
  image_id                    = "ami-0a1b2c3d4e5f60718"
  instance_type               = "m5.large"
  associate_public_ip_address = "true" # expect: instance-public-address
}

resource "aws_launch_template" "public" {
  name = "portal"
  network_interfaces {
    associate_public_ip_address = true # expect: instance-public-address
  }
}
