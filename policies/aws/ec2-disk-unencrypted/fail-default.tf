# A root disk without the flag is not encrypted.
resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device { # expect: ec2-disk-unencrypted
    volume_size = 50
  }
}

resource "aws_launch_configuration" "app" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device {
    encrypted = true
  }
  ebs_block_device { # expect: ec2-disk-unencrypted
    device_name = "/dev/sdf"
  }
}

resource "aws_launch_template" "app" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs { # expect: ec2-disk-unencrypted
      volume_size = 50
    }
  }
}
