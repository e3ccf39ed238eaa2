variable "encrypted" {
  type = bool
}

resource "aws_instance" "variable" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device {
    encrypted = var.encrypted # expect: ec2-disk-unencrypted
  }
}

# The image decides.
resource "aws_instance" "image" { # expect: ec2-disk-unencrypted
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
}

resource "aws_launch_template" "image" { # expect: ec2-disk-unencrypted
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
}

resource "aws_launch_template" "data" { # expect: ec2-disk-unencrypted
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  block_device_mappings {
    device_name = "/dev/sdf"
    ebs {
      encrypted = "true"
    }
  }
}
