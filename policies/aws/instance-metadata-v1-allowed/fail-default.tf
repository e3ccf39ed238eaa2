# What is not written is off.
resource "aws_instance" "absent" { # expect: instance-metadata-v1-allowed
  ami           = "ami-0a1b2c3d4e5f60718"
  instance_type = "m7g.large"
}

resource "aws_launch_template" "absent" { # expect: instance-metadata-v1-allowed
  name = "portal"
}

resource "aws_launch_configuration" "absent" { # expect: instance-metadata-v1-allowed
  image_id      = "ami-0a1b2c3d4e5f60718"
  instance_type = "m5.large"
}
