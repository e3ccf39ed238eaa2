resource "aws_instance" "app" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  root_block_device {
    volume_size = 50
    encrypted   = true
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = false # expect: ec2-disk-unencrypted
  }
}

resource "aws_launch_template" "app" {
  image_id      = "ami-0123456789abcdef0"
  instance_type = "m7g.large"
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 50
      encrypted   = "false" # expect: ec2-disk-unencrypted
    }
  }
}
